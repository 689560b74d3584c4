import { CircleAlert, CornerUpRight } from 'lucide-react';
import { memo, useState } from 'react';
import {
  addReaction,
  deleteMessage,
  discardMessage,
  editMessage,
  type MessageContext,
  openThread,
  replyToMessage,
  retryMessage,
  toggleReaction,
} from '../../app/actions/message-actions.ts';
import { openDialog } from '../../app/dialog-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { formatFull, formatStamp, formatTime } from '../../lib/time.ts';
import type { Message, ReplyQuote } from '../../matrix/types.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway } from '../session/gateway-context.ts';
import { MessageContentView } from './MessageContentView.tsx';
import styles from './MessageRow.module.css';
import { ReactionBar } from './ReactionBar.tsx';
import { ThreadLine } from './ThreadLine.tsx';
import { type TimelineControls, useTimelineControls } from './timeline-controls.ts';

interface MessageRowProps {
  readonly message: Message;
  /** Whether it stands under the head of the message before it. */
  readonly continued: boolean;
  readonly isHighlighted: boolean;
}

/** One message of the timeline. */
export const MessageRow = memo(function MessageRow({ message, continued, isHighlighted }: MessageRowProps) {
  const gateway = useGateway();
  const controls = useTimelineControls();
  const [isHovered, setIsHovered] = useState(false);
  const [hasFocus, setHasFocus] = useState(false);
  const context: MessageContext = { gateway, message, ...controls };
  const stamp = formatStamp(message.timestamp);
  return (
    <article
      className={joinClasses(
        styles.row,
        continued && styles.continued,
        message.reply && styles.answer,
        message.mentionsMe && styles.mention,
        isHighlighted && styles.highlighted,
        message.status === 'sending' && styles.pending,
      )}
      aria-label={`${message.author.name}, ${stamp}`}
      // Not when it enters: messages that are scrolled under a pointer at rest enter as well, many in a second.
      onPointerMove={(event) => event.pointerType === 'mouse' && setIsHovered(true)}
      onPointerLeave={() => setIsHovered(false)}
      onFocus={() => setHasFocus(true)}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setHasFocus(false)}
    >
      {message.reply && <ReplyLine reply={message.reply} controls={controls} />}
      {continued ? (
        <time className={styles.sideTime} dateTime={new Date(message.timestamp).toISOString()}>
          {formatTime(message.timestamp)}
        </time>
      ) : (
        <MessageHead message={message} stamp={stamp} controls={controls} />
      )}
      <div className={styles.body}>
        <MessageContentView message={message} controls={controls} />
        {message.reactions.length > 0 && (
          <ReactionBar
            reactions={message.reactions}
            ownUserId={gateway.userId}
            canReact={addReaction.isAvailable(context)}
            handleToggle={(key) => toggleReaction(context, key)}
            handleAdd={() => addReaction.perform(context)}
          />
        )}
        {message.thread && controls.openThread && (
          <ThreadLine
            rootId={message.eventId}
            thread={message.thread}
            handleOpen={() => controls.openThread?.(message)}
          />
        )}
        {message.status === 'failed' && <SendFailure context={context} />}
      </div>
      {(isHovered || hasFocus) && <MessageToolbar context={context} />}
    </article>
  );
});

interface MessageHeadProps {
  readonly message: Message;
  /** When it was said, in words. */
  readonly stamp: string;
  readonly controls: TimelineControls;
}

function MessageHead({ message, stamp, controls }: MessageHeadProps) {
  const { author, timestamp } = message;
  const handleOpen = (): void =>
    openDialog({ kind: 'person', userId: author.userId, roomId: controls.channelId });
  return (
    <>
      <button type="button" className={styles.avatar} aria-hidden tabIndex={-1} onClick={handleOpen}>
        <MediaAvatar id={author.userId} name={author.name} mxc={author.avatarMxc} />
      </button>
      <header className={styles.head}>
        <button type="button" className={styles.author} onClick={handleOpen}>
          {author.name}
        </button>
        <time
          className={styles.time}
          dateTime={new Date(timestamp).toISOString()}
          title={formatFull(timestamp)}
        >
          {stamp}
        </time>
      </header>
    </>
  );
}

function ReplyLine({ reply, controls }: { readonly reply: ReplyQuote; readonly controls: TimelineControls }) {
  return (
    <button type="button" className={styles.reply} onClick={() => controls.jumpTo(reply.eventId)}>
      <CornerUpRight size={14} strokeWidth={1.75} aria-hidden />
      {reply.author ? (
        <>
          <MediaAvatar
            id={reply.author.userId}
            name={reply.author.name}
            mxc={reply.author.avatarMxc}
            size={16}
          />
          <span className={styles.replyAuthor}>{reply.author.name}</span>
          <span className={styles.replyText}>{reply.excerpt}</span>
        </>
      ) : (
        <span className={styles.replyText}>{t('message.older')}</span>
      )}
    </button>
  );
}

function SendFailure({ context }: { readonly context: MessageContext }) {
  return (
    <p className={styles.failure} role="alert">
      <CircleAlert size={14} aria-hidden /> {t('message.notSent')}
      <button type="button" className={styles.failureButton} onClick={() => retryMessage.perform(context)}>
        {t('message.retry')}
      </button>
      <button type="button" className={styles.failureButton} onClick={() => discardMessage.perform(context)}>
        {t('message.discard')}
      </button>
    </p>
  );
}

const toolbarActions = [addReaction, replyToMessage, openThread, editMessage, deleteMessage];

function MessageToolbar({ context }: { readonly context: MessageContext }) {
  const available = toolbarActions.filter((action) => action.isAvailable(context));
  if (available.length === 0) return null;
  return (
    <div className={styles.toolbar} role="toolbar" aria-label={t('message.actions')}>
      {available.map((action) => (
        <IconButton
          key={action.id}
          icon={action.icon}
          label={t(action.label)}
          size="small"
          tone={action.isDangerous ? 'danger' : 'normal'}
          onClick={() => action.perform(context)}
        />
      ))}
    </div>
  );
}
