import { useCallback, useEffect, useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Ban } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway } from '../session/gateway-context.ts';
import styles from './GuildPages.module.css';

/** Who may not come back into a guild or a channel. */
export function BansPage({ roomId }: { readonly roomId: string }) {
  const { administration, communities } = useGateway();
  const [bans, setBans] = useState<readonly Ban[]>();
  const [error, setError] = useState<unknown>();
  const load = useCallback(() => {
    setError(undefined);
    administration.listBans(roomId).then(setBans, setError);
  }, [administration, roomId]);
  useEffect(load, [load]);
  if (error !== undefined) {
    return (
      <ErrorState size="panel" title={t('guildSettings.bansFailed')} handleRetry={load}>
        {describeError(error)}
      </ErrorState>
    );
  }
  if (!bans) return <Skeleton height={48} />;
  if (bans.length === 0) return <p className={styles.note}>{t('guildSettings.noBans')}</p>;
  const lift = async ({ userId }: Ban): Promise<void> => {
    try {
      await communities.unban(roomId, userId);
      setBans((before) => before?.filter((ban) => ban.userId !== userId));
    } catch (failure) {
      showToast(describeError(failure), 'danger');
    }
  };
  return (
    <ul className={styles.list}>
      {bans.map((ban) => (
        <li key={ban.userId} className={styles.line}>
          <MediaAvatar id={ban.userId} name={ban.name} mxc={ban.avatarMxc} size={36} />
          <span className={styles.words}>
            <span className={styles.name}>{ban.name}</span>
            <span className={styles.note}>{ban.reason ?? ban.userId}</span>
          </span>
          <Button
            aria-label={t('guildSettings.unbanLabel', { name: ban.name })}
            onClick={() => void lift(ban)}
          >
            {t('guildSettings.unban')}
          </Button>
        </li>
      ))}
    </ul>
  );
}
