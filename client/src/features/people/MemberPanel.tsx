import { useVirtualizer } from '@tanstack/react-virtual';
import { Crown, Shield } from 'lucide-react';
import { useRef } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import type { Member, MemberList } from '../../matrix/types.ts';
import { PanelBody, PanelFrame } from '../../ui/PanelFrame.tsx';
import { describePresence, PresenceSign } from '../../ui/PresenceSign.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import styles from './MemberPanel.module.css';

const captionHeight = 40;
const memberHeight = 46;

type Row =
  | { readonly type: 'caption'; readonly key: string; readonly text: string }
  | { readonly type: 'member'; readonly key: string; readonly member: Member };

/** Who is in a channel: those who are there by what they may do, then those who are not there. */
export function MemberPanel({ roomId }: { readonly roomId: string }) {
  const store = useGateway().members(roomId);
  const members = useStore(store);
  const rows = listRows(members);
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.type === 'caption' ? captionHeight : memberHeight),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
  });
  return (
    <PanelFrame
      className={styles.panel}
      title={t('members.title')}
      about={members.phase === 'complete' ? members.present.length + members.absent.length : undefined}
    >
      <PanelBody ref={scroller} className={styles.members}>
        <ul className={styles.list} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <li
                key={row.key}
                className={styles.row}
                style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              >
                {row.type === 'caption' ? (
                  <h3 className={styles.caption}>{row.text}</h3>
                ) : (
                  <MemberButton member={row.member} roomId={roomId} />
                )}
              </li>
            );
          })}
        </ul>
        {members.phase === 'loading' && <MembersSkeleton />}
        {members.phase === 'failed' && (
          <div>
            <ErrorState size="panel" title={t('members.failed')} handleRetry={() => void store.load()}>
              {t('members.failedText')}
            </ErrorState>
          </div>
        )}
      </PanelBody>
    </PanelFrame>
  );
}

function listRows({ present, absent }: MemberList): readonly Row[] {
  const toRow = (member: Member): Row => ({ type: 'member', key: member.userId, member });
  const caption = (word: string, count: number): Row => ({
    type: 'caption',
    key: word,
    text: t('members.group', { name: word, amount: count }),
  });
  const ofRank = (rank: Member['rank']): readonly Member[] =>
    present.filter((member) => member.rank === rank);
  const groups = [
    { word: t('members.owners'), members: ofRank('owner') },
    { word: t('members.moderators'), members: ofRank('moderator') },
    { word: t('presence.online'), members: ofRank('member') },
    { word: t('presence.offline'), members: absent },
  ];
  return [
    ...groups.flatMap(({ word, members }) =>
      members.length > 0 ? [caption(word, members.length), ...members.map(toRow)] : [],
    ),
  ];
}

function MemberButton({ member, roomId }: { readonly member: Member; readonly roomId: string }) {
  return (
    <button
      type="button"
      className={joinClasses(styles.member, member.presence === 'offline' && styles.absent)}
      onClick={() => openDialog({ kind: 'person', userId: member.userId, roomId })}
    >
      <MediaAvatar
        id={member.userId}
        name={member.name}
        mxc={member.avatarMxc}
        size={32}
        badge={<PresenceSign presence={member.presence} />}
      />
      <span className={styles.words}>
        <span className={styles.nameLine}>
          <span className={styles.name}>{member.name}</span>
          <VisuallyHidden>{describeMember(member)}</VisuallyHidden>
          {member.rank === 'owner' && <Crown size={14} className={styles.rank} aria-hidden />}
          {member.rank === 'moderator' && <Shield size={14} className={styles.rank} aria-hidden />}
        </span>
        {member.status !== undefined && <span className={styles.status}>{member.status}</span>}
      </span>
    </button>
  );
}

/** What the signs beside a name say: "Online, runs this guild". */
function describeMember({ rank, presence }: Member): string {
  const words = { owner: t('members.isOwner'), moderator: t('members.isModerator'), member: undefined }[rank];
  return [describePresence(presence), words].filter(Boolean).join(', ');
}

function MembersSkeleton() {
  return (
    <div className={styles.skeleton} role="status" aria-label={t('members.loading')}>
      {[96, 124, 80, 110].map((width) => (
        <div key={width} className={styles.skeletonRow}>
          <Skeleton shape="circle" width={32} height={32} />
          <Skeleton width={width} />
        </div>
      ))}
    </div>
  );
}
