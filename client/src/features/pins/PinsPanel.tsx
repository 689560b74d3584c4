import { PinOff } from 'lucide-react';
import { closeDrawer } from '../../app/drawer-store.ts';
import { requestJump } from '../../app/jump-store.ts';
import { leavePanel } from '../../app/panel-store.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { formatStamp } from '../../lib/time.ts';
import type { ChannelDetails, Message } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { PanelBody, PanelFrame } from '../../ui/PanelFrame.tsx';
import { EmptyState, ErrorState } from '../../ui/StateView.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { MediaAvatar } from '../media/MediaAvatar.tsx';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { MessageContentView } from '../timeline/MessageContentView.tsx';
import { TimelineSkeleton } from '../timeline/TimelineSkeleton.tsx';
import { useLightbox } from '../timeline/use-lightbox.tsx';
import styles from './PinsPanel.module.css';

/** What people pinned in a channel, beside it. */
export default function PinsPanel({ channel }: { readonly channel: ChannelDetails }) {
  const { channelId } = channel;
  const store = useGateway().pins(channelId);
  const { phase, messages } = useStore(store);
  const { openMedia, lightbox } = useLightbox(() => messages);
  return (
    <PanelFrame
      title={t('pins.open')}
      about={channel.name}
      closing={{ label: t('pins.close'), handleClose: leavePanel }}
    >
      <PanelBody isBusy={phase === 'loading'}>
        <ul>
          {messages.map((message) => (
            <li key={message.eventId} className={styles.pin}>
              <Pin message={message} channel={channel} handleMedia={openMedia} />
            </li>
          ))}
        </ul>
        {phase === 'loading' && <TimelineSkeleton size="small" />}
        {phase === 'failed' && (
          <ErrorState size="panel" title={t('pins.failed')} handleRetry={() => void store.load()}>
            {t('pins.failedText')}
          </ErrorState>
        )}
        {phase === 'ready' && messages.length === 0 && (
          <EmptyState size="panel" title={t('pins.none')}>
            {t('pins.noneText')}
          </EmptyState>
        )}
      </PanelBody>
      {lightbox}
    </PanelFrame>
  );
}

interface PinProps {
  readonly message: Message;
  readonly channel: ChannelDetails;
  readonly handleMedia: (message: Message) => void;
}

function Pin({ message, channel, handleMedia }: PinProps) {
  const { messages } = useGateway();
  const { channelId, permissions } = channel;
  const { author, timestamp, eventId } = message;
  const handleJump = (): void => {
    requestJump(channelId, eventId);
    closeDrawer();
  };
  const handleUnpin = (): void => {
    messages
      .setPinned(channelId, eventId, false)
      .catch((error: unknown) => showToast(describeError(error), 'danger'));
  };
  return (
    <article aria-label={`${author.name}, ${formatStamp(timestamp)}`}>
      <header className={styles.by}>
        <MediaAvatar id={author.userId} name={author.name} mxc={author.avatarMxc} size={24} />
        <span className={styles.author}>{author.name}</span>
        <time className={styles.time} dateTime={new Date(timestamp).toISOString()}>
          {formatStamp(timestamp)}
        </time>
      </header>
      <div className={styles.content}>
        <MessageContentView message={message} controls={{ channelId, openMedia: handleMedia }} />
      </div>
      <footer className={styles.foot}>
        <Button onClick={handleJump}>{t('pins.jump')}</Button>
        {permissions.canPin && <IconButton icon={PinOff} label={t('pins.unpin')} onClick={handleUnpin} />}
      </footer>
    </article>
  );
}
