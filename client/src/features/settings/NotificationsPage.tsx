import { useEffect, useState } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { switchDesktopAlerts, useDesktopAlerts } from '../../lib/desktop-alerts.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { readLanguage, t } from '../../lib/i18n/translate.ts';
import { findSubscription, subscribe } from '../../lib/service-worker.ts';
import type { CategorySummary, GuildSummary } from '../../matrix/types.ts';
import type { PushTarget } from '../../matrix/web-push.ts';
import { Button } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './NotificationsPage.module.css';
import { SettingsSection } from './SettingsFrame.tsx';

/** How we hear of things, and of which. */
export function NotificationsPage() {
  const guilds = useStore(useGateway().guilds);
  return (
    <>
      <SettingsSection title={t('notifications.device')}>
        <DesktopSwitch />
        <PushSwitch />
      </SettingsSection>
      {guilds.length > 0 && (
        <SettingsSection title={t('notifications.places')} text={t('notifications.text')}>
          <ul className={styles.list}>
            {guilds.map((guild) => (
              <GuildLevels key={guild.guildId} guild={guild} />
            ))}
          </ul>
        </SettingsSection>
      )}
    </>
  );
}

function DesktopSwitch() {
  const { isWanted, permission } = useDesktopAlerts();
  const hint =
    permission === 'unavailable'
      ? t('notifications.needsHttps')
      : permission === 'denied'
        ? t('notifications.denied')
        : t('notifications.desktopHint');
  return (
    <Switch
      label={t('notifications.desktop')}
      hint={hint}
      isOn={isWanted && permission === 'granted'}
      isDisabled={permission === 'unavailable' || permission === 'denied'}
      handleChange={(isOn) => void switchDesktopAlerts(isOn)}
    />
  );
}

/** What a subscription says of itself. */
function readTarget(subscription: PushSubscription): PushTarget {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint: endpoint ?? '', p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' };
}

function PushSwitch() {
  const { webPush } = useGateway();
  const { permission } = useDesktopAlerts();
  const [isOn, setIsOn] = useState(false);
  const [isBusy, setIsBusy] = useState(true);
  const isPossible = permission !== 'unavailable' && 'PushManager' in window;
  useEffect(() => {
    findSubscription()
      .then(async (found) => found !== undefined && (await webPush.isTold(readTarget(found))))
      .then(setIsOn)
      .catch(() => undefined)
      .finally(() => setIsBusy(false));
  }, [webPush]);
  const change = async (wanted: boolean): Promise<void> => {
    if (wanted) {
      const key = await webPush.findKey();
      if (key === undefined) {
        showToast(t('notifications.noPush'), 'danger');
        return;
      }
      if (!(await switchDesktopAlerts(true))) return;
      await webPush.begin(readTarget(await subscribe(key)), readLanguage());
    } else {
      const found = await findSubscription();
      if (found) await webPush.end(readTarget(found));
      await found?.unsubscribe();
    }
    setIsOn(wanted);
  };
  const handleChange = (wanted: boolean): void => {
    setIsBusy(true);
    change(wanted)
      .catch((error: unknown) => showToast(describePushError(error), 'danger'))
      .finally(() => setIsBusy(false));
  };
  return (
    <Switch
      label={t('notifications.push')}
      hint={isPossible ? t('notifications.pushHint') : t('notifications.needsHttps')}
      isOn={isOn}
      isDisabled={!isPossible || isBusy || permission === 'denied'}
      handleChange={handleChange}
    />
  );
}

/** Browsers refuse with errors of their own, whose words are not for people. */
function describePushError(error: unknown): string {
  return error instanceof DOMException ? t('notifications.pushRefused') : describeError(error);
}

function GuildLevels({ guild }: { readonly guild: GuildSummary }) {
  const details = useStore(useGateway().guild(guild.guildId));
  const loose: CategorySummary = { categoryId: '', name: '', channels: details?.tree.channels ?? [] };
  return (
    <li>
      <LevelLine roomId={guild.guildId} name={guild.name} />
      <details className={styles.inside}>
        <summary>{t('notifications.inside')}</summary>
        <ul className={styles.list}>
          {[loose, ...(details?.tree.categories ?? [])].map(({ categoryId, name, channels }) => (
            <li key={categoryId}>
              {categoryId !== '' && <LevelLine roomId={categoryId} name={name} />}
              <ul className={categoryId === '' ? undefined : styles.inner}>
                {channels.map((channel) => (
                  <li key={channel.channelId}>
                    <LevelLine roomId={channel.channelId} name={channel.name} />
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function LevelLine({ roomId, name }: { readonly roomId: string; readonly name: string }) {
  const { level, mutedUntil = 0 } = useStore(useGateway().notifications).rooms[roomId] ?? {};
  const words = {
    all: t('notifications.all'),
    mentions: t('notifications.mentions'),
    none: t('notifications.none'),
  };
  const state =
    mutedUntil > Date.now() ? t('notifications.muted') : level ? words[level] : t('notifications.usual');
  return (
    <div className={styles.line}>
      <span className={styles.name}>{name}</span>
      <Button
        aria-label={t('notifications.lineLabel', { name, state })}
        onClick={() => openDialog({ kind: 'notifications', roomId, name })}
      >
        {state}
      </Button>
    </div>
  );
}
