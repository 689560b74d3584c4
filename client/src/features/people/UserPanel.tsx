import { Ellipsis } from 'lucide-react';
import { useLocation } from 'wouter';
import { accountActions } from '../../app/actions/account-actions.ts';
import { listMenuEntries } from '../../app/actions/action.ts';
import { openSettings } from '../../app/actions/hall-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { useTheme } from '../../lib/theme.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { MenuButton } from '../../ui/Menu.tsx';
import { PresenceSign } from '../../ui/PresenceSign.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './UserPanel.module.css';

/** Ourselves, at the foot of the list: name, settings and everything about the account. */
export function UserPanel() {
  const gateway = useGateway();
  const profile = useStore(gateway.profile);
  const [, navigate] = useLocation();
  const { phase } = useStore(gateway.connection);
  // The menu offers the other theme.
  useTheme();
  const isOnline = phase === 'live';
  return (
    <section className={styles.panel} aria-label={t('account.yours')}>
      <button type="button" className={styles.me} onClick={() => openDialog({ kind: 'profile' })}>
        <MediaAvatar
          id={profile.userId}
          name={profile.name}
          mxc={profile.avatarMxc}
          size={32}
          badge={<PresenceSign presence={isOnline ? 'online' : 'offline'} />}
        />
        <span className={styles.words}>
          <span className={styles.name}>{profile.name}</span>
          <span className={styles.state}>
            {isOnline ? (profile.status ?? t('presence.online')) : t('account.connecting')}
          </span>
        </span>
      </button>
      <IconButton
        icon={openSettings.icon}
        label={t(openSettings.label)}
        onClick={() => openSettings.perform({ gateway, navigate })}
      />
      <MenuButton entries={listMenuEntries(accountActions, { gateway })} side="top" align="end">
        <IconButton icon={Ellipsis} label={t('account.menu')} />
      </MenuButton>
    </section>
  );
}
