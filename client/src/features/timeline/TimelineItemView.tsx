import { Hash, MessageCircle } from 'lucide-react';
import { memo } from 'react';
import { useLocation } from 'wouter';
import { createChannelInGuild, inviteToGuild } from '../../app/actions/guild-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { formatDay } from '../../lib/time.ts';
import type { ChannelDetails, GuildDetails, TimelineItem } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { MessageRow } from './MessageRow.tsx';
import styles from './TimelineItemView.module.css';

/** What the timeline shows: the items of the store, and the words at the very beginning of a channel. */
export type TimelineRow = TimelineItem | { readonly type: 'intro'; readonly key: 'intro' };

interface TimelineItemViewProps {
  readonly row: TimelineRow;
  readonly channel: ChannelDetails;
  /** The guild that the channel belongs to, if it belongs to one. */
  readonly guild: GuildDetails | undefined;
  readonly highlightedId: string | undefined;
}

/** One row of the timeline, whatever its kind. It stays as it is while others come and go around it. */
export const TimelineItemView = memo(function TimelineItemView({
  row,
  channel,
  guild,
  highlightedId,
}: TimelineItemViewProps) {
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
          <button
            type="button"
            className={styles.dayText}
            title={t('date.jump')}
            onClick={() => openDialog({ kind: 'jump-to-date', channelId: channel.channelId })}
          >
            {formatDay(row.timestamp)}
          </button>
        </div>
      );
    case 'unread':
      return (
        <div className={styles.unread}>
          <span className={styles.unreadText}>{t('timeline.new')}</span>
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
      return <ChannelIntro channel={channel} guild={guild} />;
  }
});

function ChannelIntro({ channel, guild }: Pick<TimelineItemViewProps, 'channel' | 'guild'>) {
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
        <p className={styles.introText}>{t('timeline.directIntro')}</p>
      </div>
    );
  }
  return (
    <div className={styles.intro}>
      <span className={styles.sign}>
        <Hash size={32} strokeWidth={1.5} aria-hidden />
      </span>
      <h2 className={styles.introTitle}>{t('timeline.welcome', { name })}</h2>
      <p className={styles.introText}>{topic ?? t('timeline.channelIntro')}</p>
      {guild && guild.memberCount <= smallGuild && <FirstSteps guild={guild} />}
    </div>
  );
}

/** Up to this many people a guild is new, and its channels say what to do next. */
const smallGuild = 2;

function FirstSteps({ guild }: { readonly guild: GuildDetails }) {
  const gateway = useGateway();
  const [, navigate] = useLocation();
  const context = { gateway, guild, navigate };
  const steps = [inviteToGuild, createChannelInGuild].filter((action) => action.isAvailable(context));
  return (
    <div className={styles.steps}>
      {steps.map(({ id, label, icon: Icon, perform }, index) => (
        <Button key={id} variant={index === 0 ? 'primary' : 'quiet'} onClick={() => perform(context)}>
          <Icon size={16} aria-hidden /> {t(label)}
        </Button>
      ))}
    </div>
  );
}
