import { HardDrive, Sparkles, WifiOff } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';
import { closeDrawer, useDrawer } from '../../app/drawer-store.ts';
import { isMembersDrawer, useLayout } from '../../app/layout.ts';
import { usePanel } from '../../app/panel-store.ts';
import { InsecureOriginBanner } from '../../features/auth/InsecureOriginBanner.tsx';
import { GuildRail } from '../../features/guild-rail/GuildRail.tsx';
import { UserPanel } from '../../features/people/UserPanel.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { useStorageRoom } from '../../lib/keep-item.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { useUpdate } from '../../lib/service-worker.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import styles from './HallLayout.module.css';

interface HallLayoutProps {
  readonly selected: string | 'home';
  /** What stands beside the rail: the channels of a guild, or the conversations. */
  readonly list: ReactNode;
  readonly children: ReactNode;
  readonly members?: ReactNode;
}

/** The columns of the hall. On narrow screens the outer ones are drawers. */
export function HallLayout({ selected, list, children, members }: HallLayoutProps) {
  const layout = useLayout();
  const drawer = useDrawer((state) => state.drawer);
  const wantsMembers = usePreferences((state) => state.showsMembers);
  const hasPanel = usePanel((state) => state.panel !== undefined);
  const showsMembers = wantsMembers || hasPanel;
  const isNavigationHidden = layout === 'narrow' && drawer !== 'navigation';
  const isMembersHidden = isMembersDrawer(layout) ? drawer !== 'members' : !showsMembers;
  const isCovered =
    (layout === 'narrow' && drawer !== 'none') ||
    (isMembersDrawer(layout) && drawer === 'members' && Boolean(members));
  useDrawerKeys();
  return (
    <div className={styles.hall} data-layout={layout}>
      <div
        className={joinClasses(styles.navigation, isNavigationHidden && styles.away)}
        inert={isNavigationHidden}
      >
        <GuildRail selected={selected} />
        <div className={styles.side}>
          {list}
          <UserPanel />
        </div>
      </div>
      <main className={styles.main} inert={isCovered}>
        <InsecureOriginBanner />
        <ConnectionBanner />
        <StorageBanner />
        <UpdateBanner />
        {children}
      </main>
      {members && (isMembersDrawer(layout) || showsMembers) && (
        <div className={joinClasses(styles.members, isMembersHidden && styles.away)} inert={isMembersHidden}>
          {members}
        </div>
      )}
      {isCovered && (
        <button type="button" className={styles.scrim} aria-label={t('common.close')} onClick={closeDrawer} />
      )}
    </div>
  );
}

/** Escape closes a drawer, and every other place begins without one, except for another guild's channels. */
function useDrawerKeys(): void {
  const [path] = useLocation();
  useEffect(() => {
    const handleKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') closeDrawer();
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the members belong to the place that was left.
  useEffect(() => {
    if (useDrawer.getState().drawer === 'members') closeDrawer();
  }, [path]);
}

function ConnectionBanner() {
  const gateway = useGateway();
  const { phase } = useStore(gateway.connection);
  if (phase !== 'reconnecting') return null;
  return (
    <Banner
      tone="warning"
      icon={<WifiOff size={18} aria-hidden />}
      action={<Button onClick={gateway.reconnect}>{t('hall.tryNow')}</Button>}
    >
      {t('hall.unreachable')}
    </Banner>
  );
}

function StorageBanner() {
  const isFull = useStorageRoom((state) => state.isFull);
  if (!isFull) return null;
  return (
    <Banner tone="warning" icon={<HardDrive size={18} aria-hidden />}>
      {t('hall.storageFull')}
    </Banner>
  );
}

function UpdateBanner() {
  const isReady = useUpdate((state) => state.isReady);
  if (!isReady) return null;
  return (
    <Banner
      tone="info"
      icon={<Sparkles size={18} aria-hidden />}
      action={<Button onClick={() => window.location.reload()}>{t('update.load')}</Button>}
    >
      {t('update.ready')}
    </Banner>
  );
}
