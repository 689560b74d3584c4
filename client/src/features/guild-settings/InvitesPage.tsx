import { Copy, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { copyLink } from '../../lib/copy-link.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { formatStamp } from '../../lib/time.ts';
import type { InviteLink } from '../../matrix/communities.ts';
import type { GuildDetails } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { useGateway } from '../session/gateway-context.ts';
import { SettingsSection } from '../settings/SettingsFrame.tsx';
import styles from './GuildPages.module.css';
import { InviteForm } from './InviteForm.tsx';

/** The links by which people come into a guild. */
export function InvitesPage({ guild }: { readonly guild: GuildDetails }) {
  const { communities } = useGateway();
  const [invites, setInvites] = useState<readonly InviteLink[]>();
  const [error, setError] = useState<unknown>();
  const { guildId } = guild;
  const load = useCallback(() => {
    setError(undefined);
    communities.listInvites(guildId).then(setInvites, setError);
  }, [communities, guildId]);
  useEffect(load, [load]);
  const { canInvite, canKick } = guild.permissions;
  return (
    <>
      {canInvite && (
        <SettingsSection title={t('invites.make')} text={t('guildSettings.invitesText')}>
          <InviteForm guildId={guildId} handleMade={load} />
        </SettingsSection>
      )}
      <SettingsSection title={t('invites.list')} text={canKick ? t('invites.listAll') : t('invites.listOwn')}>
        {error === undefined ? (
          <InviteList guildId={guildId} invites={invites} handleRevoked={load} />
        ) : (
          <ErrorState size="panel" title={t('invites.failed')} handleRetry={load}>
            {describeError(error)}
          </ErrorState>
        )}
      </SettingsSection>
    </>
  );
}

interface InviteListProps {
  readonly guildId: string;
  readonly invites: readonly InviteLink[] | undefined;
  readonly handleRevoked: () => void;
}

function InviteList({ guildId, invites, handleRevoked }: InviteListProps) {
  const { communities } = useGateway();
  if (!invites) return <Skeleton height={48} />;
  if (invites.length === 0) return <p className={styles.note}>{t('invites.none')}</p>;
  const ask = ({ code }: InviteLink): void =>
    openDialog({
      kind: 'confirm',
      title: t('invites.revokeTitle'),
      text: t('invites.revokeText'),
      confirmLabel: t('invites.revoke'),
      perform: async () => {
        await communities.revokeInvite(guildId, code);
        handleRevoked();
      },
    });
  return (
    <ul className={styles.list}>
      {invites.map((invite) => (
        <li key={invite.code} className={styles.line}>
          <span className={styles.words}>
            <span className={styles.name}>{invite.code}</span>
            <span className={styles.note}>
              {t('invites.madeBy', { name: invite.inviterName, time: formatStamp(invite.createdAt) })}
            </span>
            <span className={styles.note}>{describeLimits(invite)}</span>
          </span>
          <IconButton
            icon={Copy}
            label={t('invites.copyLabel', { code: invite.code })}
            onClick={() => void copyLink(invite.link).then(showToast)}
          />
          <IconButton
            icon={Trash2}
            tone="danger"
            label={t('invites.revokeLabel', { code: invite.code })}
            onClick={() => ask(invite)}
          />
        </li>
      ))}
    </ul>
  );
}

function describeLimits({ uses, maxUses, expiresAt }: InviteLink): string {
  const used =
    maxUses === undefined
      ? t('invites.uses', { count: uses })
      : t('invites.usesOf', { count: maxUses, uses });
  const until =
    expiresAt === undefined ? t('invites.endless') : t('invites.until', { time: formatStamp(expiresAt) });
  return `${used} · ${until}`;
}
