import { Hash, MessageCircle } from 'lucide-react';
import { formatDay } from '../../lib/time.ts';
import type { ChannelDetails, TimelineItem } from '../../matrix/types.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { MessageRow } from './MessageRow.tsx';
import styles from './TimelineItemView.module.css';

/** What the timeline shows: the items of the store, and the words at the very beginning of a channel. */
export type TimelineRow = TimelineItem | { readonly type: 'intro'; readonly key: 'intro' };

interface TimelineItemViewProps {
  readonly row: TimelineRow;
  readonly channel: ChannelDetails;
  readonly highlightedId: string | undefined;
}

/** One row of the timeline, whatever its kind. */
export function TimelineItemView({ row, channel, highlightedId }: TimelineItemViewProps) {
  switch (row.type) {
    case 'message':
      return (
        <MessageRow
          message={row.message}
          continued={row.continued}
          isHighlighted={row.message.eventId === highlightedId}
        />
      );
    case 'day':
      return (
        <div className={styles.day}>
          <span className={styles.dayText}>{formatDay(row.timestamp)}</span>
        </div>
      );
    case 'unread':
      return (
        <div className={styles.unread}>
          <span className={styles.unreadText}>New</span>
        </div>
      );
    case 'notices':
      return (
        <div className={styles.notices}>
          {row.lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      );
    case 'intro':
      return <ChannelIntro channel={channel} />;
  }
}

function ChannelIntro({ channel }: { readonly channel: ChannelDetails }) {
  const { kind, name, topic, partner } = channel;
  if (kind === 'direct') {
    return (
      <div className={styles.intro}>
        {partner ? (
          <MediaAvatar id={partner.userId} name={partner.name} mxc={partner.avatarMxc} size={64} />
        ) : (
          <span className={styles.sign}>
            <MessageCircle size={32} strokeWidth={1.5} aria-hidden />
          </span>
        )}
        <h2 className={styles.introTitle}>{name}</h2>
        <p className={styles.introText}>This is where your conversation begins.</p>
      </div>
    );
  }
  return (
    <div className={styles.intro}>
      <span className={styles.sign}>
        <Hash size={32} strokeWidth={1.5} aria-hidden />
      </span>
      <h2 className={styles.introTitle}>Welcome to {name}</h2>
      <p className={styles.introText}>{topic ?? 'This is where the channel begins. Say hello.'}</p>
    </div>
  );
}
