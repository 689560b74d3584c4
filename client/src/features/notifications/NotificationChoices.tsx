import { BellOff } from 'lucide-react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { formatStamp } from '../../lib/time.ts';
import type { NotificationLevel, NotificationWish } from '../../matrix/notification-levels.ts';
import { Button } from '../../ui/Button.tsx';
import { ChoiceGroup } from '../../ui/ChoiceGroup.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './NotificationChoices.module.css';

const minute = 60_000;

/** What we want to hear of a guild, a category or a channel, and until when it is quiet. */
export function NotificationChoices({ roomId }: { readonly roomId: string }) {
  const { notifications } = useGateway();
  const wish = useStore(notifications).rooms[roomId] ?? {};
  const wanted = (next: NotificationWish): void => {
    notifications
      .change(({ rooms }) => ({ rooms: { ...rooms, [roomId]: next } }))
      .catch((error: unknown) => showToast(describeError(error), 'danger'));
  };
  const { level: _level, ...withoutLevel } = wish;
  const { mutedUntil = 0, ...withoutMute } = wish;
  const isMuted = mutedUntil > Date.now();
  return (
    <div className={styles.content}>
      <ChoiceGroup<NotificationLevel | 'usual'>
        label={t('notifications.level')}
        layout="lines"
        value={wish.level ?? 'usual'}
        handleChange={(level) => wanted(level === 'usual' ? withoutLevel : { ...wish, level })}
        choices={[
          { value: 'usual', label: t('notifications.usual'), hint: t('notifications.usualHint') },
          { value: 'all', label: t('notifications.all') },
          { value: 'mentions', label: t('notifications.mentions') },
          { value: 'none', label: t('notifications.none') },
        ]}
      />
      <section className={styles.mute}>
        <h3 className={styles.caption}>{t('notifications.mute')}</h3>
        {isMuted ? (
          <p className={styles.muted}>
            <BellOff size={18} strokeWidth={1.75} aria-hidden />
            <span className={styles.until}>
              {t('notifications.mutedUntil', { time: formatStamp(mutedUntil) })}
            </span>
            <Button onClick={() => wanted(withoutMute)}>{t('notifications.unmute')}</Button>
          </p>
        ) : (
          <div className={styles.times}>
            <MuteButton label={t('notifications.quarter')} minutes={15} wish={wish} handleMute={wanted} />
            <MuteButton label={t('notifications.hour')} minutes={60} wish={wish} handleMute={wanted} />
            <MuteButton label={t('notifications.eightHours')} minutes={480} wish={wish} handleMute={wanted} />
            <MuteButton label={t('notifications.day')} minutes={1440} wish={wish} handleMute={wanted} />
          </div>
        )}
      </section>
    </div>
  );
}

interface MuteButtonProps {
  readonly label: string;
  readonly minutes: number;
  readonly wish: NotificationWish;
  readonly handleMute: (wish: NotificationWish) => void;
}

function MuteButton({ label, minutes, wish, handleMute }: MuteButtonProps) {
  return (
    <Button onClick={() => handleMute({ ...wish, mutedUntil: Date.now() + minutes * minute })}>
      {label}
    </Button>
  );
}
