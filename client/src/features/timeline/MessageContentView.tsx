import type { ReactNode } from 'react';
import { openDialog } from '../../app/dialog-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { Message, TextContent } from '../../matrix/types.ts';
import { FormattedText } from './FormattedText.tsx';
import { LinkPreviews } from './LinkPreviews.tsx';
import { MessageAudio } from './MessageAudio.tsx';
import { MessageFile } from './MessageFile.tsx';
import { MessageImage, MessageSticker, MessageVideo } from './MessageImage.tsx';
import { MessagePoll } from './MessagePoll.tsx';
import styles from './MessageRow.module.css';
import type { TimelineControls } from './timeline-controls.ts';

interface MessageContentViewProps {
  readonly message: Message;
  readonly controls: Pick<TimelineControls, 'channelId' | 'openMedia'>;
}

/** What a message says, whatever its kind. */
export function MessageContentView({ message, controls }: MessageContentViewProps) {
  const { content, author } = message;
  const handleOpen = (): void => controls.openMedia(message);
  const edited: ReactNode = message.edited && (
    <button
      type="button"
      className={styles.edited}
      onClick={() =>
        openDialog({ kind: 'versions', channelId: controls.channelId, eventId: message.eventId })
      }
    >
      {t('message.edited')}
    </button>
  );
  const showText = (text: TextContent | undefined): ReactNode =>
    text && <FormattedText content={text} roomId={controls.channelId} trailing={edited} />;
  switch (content.kind) {
    case 'text':
      if (content.style !== 'emote')
        return (
          <>
            {showText(content)}
            {message.status === 'sent' && <LinkPreviews content={content} />}
          </>
        );
      return (
        <div className={styles.emote}>
          <span aria-hidden>✱</span> {author.name} {showText(content)}
        </div>
      );
    case 'image':
      if (content.isSticker) return <MessageSticker content={content} />;
      return (
        <>
          <MessageImage content={content} handleOpen={handleOpen} />
          {showText(content.caption)}
        </>
      );
    case 'video':
      return (
        <>
          <MessageVideo content={content} handleOpen={handleOpen} />
          {showText(content.caption)}
        </>
      );
    case 'audio':
      return (
        <>
          <MessageAudio content={content} />
          {showText(content.caption)}
        </>
      );
    case 'poll':
      return <MessagePoll message={message} poll={content} channelId={controls.channelId} />;
    case 'file':
      return <MessageFile content={content} />;
    case 'deleted':
      return <p className={styles.gone}>{t('message.deleted')}</p>;
    case 'unreadable':
      return (
        <p className={styles.gone}>
          {content.reason === 'encrypted' ? t('message.encrypted') : content.body || t('message.unknown')}
        </p>
      );
  }
}
