import { Check, Inbox, MessageSquarePlus, Users, X } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { openDialog } from '../../app/dialog-store.ts';
import { buildGuildPath, buildHomePath } from '../../app/paths.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { HomeSnapshot } from '../../matrix/guild-stores.ts';
import type { DirectSummary, PendingInvite } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { PresenceSign } from '../../ui/PresenceSign.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { ChannelLink } from './ChannelLink.tsx';
import styles from './HomeList.module.css';

interface HomeListProps {
  readonly home: HomeSnapshot;
  readonly channelId: string | undefined;
}

/** Conversations, invitations and channels that belong to no guild. */
export function HomeList({ home, channelId }: HomeListProps) {
  return (
    <>
      <header className={styles.head}>
        <h2 className={styles.title}>{t('hall.home')}</h2>
        <IconButton
          icon={MessageSquarePlus}
          label={t('home.newConversation')}
          tooltipSide="bottom"
          onClick={() => openDialog({ kind: 'new-direct' })}
        />
      </header>
      <nav className={styles.scroll} aria-label={t('home.conversations')}>
        <ChannelLink
          channelId="people"
          name={t('people.title')}
          href={buildHomePath()}
          isSelected={channelId === undefined}
          unread={false}
          mentions={0}
          sign={<Users size={18} strokeWidth={1.75} aria-hidden />}
        />
        {home.invites.length > 0 && (
          <section>
            <h3 className={styles.caption}>{t('home.invitations')}</h3>
            <ul>
              {home.invites.map((invite) => (
                <InviteItem key={invite.roomId} invite={invite} />
              ))}
            </ul>
          </section>
        )}
        <section>
          <h3 className={styles.caption}>{t('home.conversations')}</h3>
          <ul>
            {home.directs.map((direct) => (
              <DirectItem
                key={direct.channelId}
                direct={direct}
                isSelected={direct.channelId === channelId}
              />
            ))}
          </ul>
          {home.directs.length === 0 && <p className={styles.note}>{t('home.talkInPrivate')}</p>}
        </section>
        {home.channels.length > 0 && (
          <section>
            <h3 className={styles.caption}>{t('home.otherChannels')}</h3>
            <ul>
              {home.channels.map((channel) => (
                <li key={channel.channelId}>
                  <ChannelLink
                    {...channel}
                    href={buildHomePath(channel.channelId)}
                    isSelected={channel.channelId === channelId}
                  />
                </li>
              ))}
            </ul>
          </section>
        )}
      </nav>
    </>
  );
}

function DirectItem({
  direct,
  isSelected,
}: {
  readonly direct: DirectSummary;
  readonly isSelected: boolean;
}) {
  const avatar = (
    <MediaAvatar
      id={direct.partner?.userId ?? direct.channelId}
      name={direct.name}
      mxc={direct.partner?.avatarMxc}
      size={28}
      badge={<PresenceSign presence={direct.presence} />}
    />
  );
  return (
    <li>
      <ChannelLink {...direct} sign={avatar} href={buildHomePath(direct.channelId)} isSelected={isSelected} />
    </li>
  );
}

function InviteItem({ invite }: { readonly invite: PendingInvite }) {
  const { communities } = useGateway();
  const [, navigate] = useLocation();
  const [isBusy, setIsBusy] = useState(false);
  const name = invite.kind === 'direct' ? (invite.inviter?.name ?? invite.name) : invite.name;

  const answer = async (work: () => Promise<void>): Promise<void> => {
    setIsBusy(true);
    try {
      await work();
    } catch (error) {
      showToast(describeError(error), 'danger');
      setIsBusy(false);
    }
  };
  const handleAccept = (): Promise<void> =>
    answer(async () => {
      await communities.acceptInvite(invite.roomId);
      navigate(invite.kind === 'guild' ? buildGuildPath(invite.roomId) : buildHomePath(invite.roomId));
    });

  return (
    <li className={styles.invite} aria-busy={isBusy || undefined}>
      <MediaAvatar
        id={invite.roomId}
        name={name}
        mxc={invite.avatarMxc}
        size={36}
        shape={invite.kind === 'guild' ? 'squircle' : 'circle'}
      />
      <div className={styles.inviteText}>
        <p className={styles.inviteName}>{name}</p>
        <p className={styles.inviteNote}>
          <Inbox size={12} aria-hidden /> {describeInvite(invite)}
        </p>
      </div>
      <IconButton
        icon={X}
        size="small"
        label={t('home.decline', { name })}
        disabled={isBusy}
        onClick={() => answer(() => communities.declineInvite(invite.roomId))}
      />
      <IconButton
        icon={Check}
        size="small"
        label={t('home.accept', { name })}
        disabled={isBusy}
        onClick={handleAccept}
      />
    </li>
  );
}

function describeInvite({ kind, inviter }: PendingInvite): string {
  if (kind === 'direct') return t('home.wantsToTalk');
  return inviter ? t('home.invitedBy', { name: inviter.name }) : t('home.invitation');
}
