import { ImageUp } from 'lucide-react';
import { type DragEvent, Suspense, useEffect, useRef, useState } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { useLazy } from '../../lib/use-lazy.ts';
import type { ChannelDetails, GuildDetails } from '../../matrix/types.ts';
import { Composer } from '../composer/Composer.tsx';
import { changeComposer, readComposer } from '../composer/composer-store.ts';
import { useAttachments } from '../composer/use-attachments.ts';
import { useGateway } from '../session/gateway-context.ts';
import { Timeline } from '../timeline/Timeline.tsx';
import { TimelineSkeleton } from '../timeline/TimelineSkeleton.tsx';
import { ChannelHeader } from './ChannelHeader.tsx';
import styles from './ChannelView.module.css';
import { useFocusHandover } from './use-focus-handover.ts';

interface ChannelViewProps {
  readonly channel: ChannelDetails;
  readonly guild?: GuildDetails;
}

/** A channel: its name, what was said, and where to write. Give it the channel as its `key`. */
export function ChannelView({ channel, guild }: ChannelViewProps) {
  const { messages } = useGateway();
  const tray = useAttachments(messages, channel.channelId);
  const drop = useFileDrop(channel.permissions.canSend && !channel.forumTags, tray.add);
  useTypeAnywhere(channel.channelId);
  const frame = useRef<HTMLElement>(null);
  useFocusHandover(frame, channel.channelId, channel.permissions.canSend && !channel.forumTags);
  return (
    <section
      ref={frame}
      className={styles.channel}
      aria-label={channel.name}
      tabIndex={-1}
      {...drop.handlers}
    >
      <ChannelHeader channel={channel} />
      {channel.forumTags ? (
        <Forum channel={channel} />
      ) : (
        <>
          <Timeline channel={channel} guild={guild} />
          <Composer channel={channel} tray={tray} />
        </>
      )}
      {drop.isOver && (
        <div className={styles.drop}>
          <ImageUp size={40} strokeWidth={1.5} aria-hidden />
          <p>{t('channel.drop', { name: channel.name })}</p>
        </div>
      )}
    </section>
  );
}

const loadForum = () => import('../forum/ForumView.tsx');

function Forum({ channel }: { readonly channel: ChannelDetails }) {
  const ForumView = useLazy(loadForum);
  return (
    <Suspense fallback={<TimelineSkeleton />}>
      <ForumView channel={channel} />
    </Suspense>
  );
}

interface FileDrop {
  readonly isOver: boolean;
  readonly handlers: {
    readonly onDragEnter: (event: DragEvent) => void;
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

/** Takes files that are dropped anywhere on the channel. */
function useFileDrop(isEnabled: boolean, handleFiles: (files: Iterable<File>) => void): FileDrop {
  // Each element under the pointer says enter and leave: the pointer is out when as many left as entered.
  const [depth, setDepth] = useState(0);
  const hasFiles = (event: DragEvent): boolean => isEnabled && event.dataTransfer.types.includes('Files');
  return {
    isOver: depth > 0,
    handlers: {
      onDragEnter: (event) => hasFiles(event) && setDepth((count) => count + 1),
      onDragOver: (event) => hasFiles(event) && event.preventDefault(),
      onDragLeave: (event) => hasFiles(event) && setDepth((count) => Math.max(0, count - 1)),
      onDrop: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDepth(0);
        handleFiles(event.dataTransfer.files);
      },
    },
  };
}

/** Where letters mean something already. */
const ownsLetters =
  'input, textarea, select, [contenteditable], [role="log"], [role="menu"], [role="dialog"]';

/** Letters that are typed where they mean nothing go into the composer. */
function useTypeAnywhere(channelId: string): void {
  useEffect(() => {
    const handleKey = (event: KeyboardEvent): void => {
      const isLetter = event.key.length === 1 && event.key !== ' ';
      if (!isLetter || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(ownsLetters)) return;
      changeComposer(channelId, { focusRequests: readComposer(channelId).focusRequests + 1 });
    };
    window.addEventListener('keydown', handleKey);
    return () => window.removeEventListener('keydown', handleKey);
  }, [channelId]);
}
