import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { performByKey } from '../../app/actions/action.ts';
import { type MessageContext, messageActions, toggleReaction } from '../../app/actions/message-actions.ts';
import { requestJump } from '../../app/jump-store.ts';
import { leavePanel } from '../../app/panel-store.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { noteThreadSeen } from '../../lib/preferences.ts';
import type { ChannelDetails, Message, ThreadSnapshot } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { PanelBody, PanelFrame } from '../../ui/PanelFrame.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { Composer } from '../composer/Composer.tsx';
import { changeComposer, readComposer, startEdit, startReply } from '../composer/composer-store.ts';
import { useAttachments } from '../composer/use-attachments.ts';
import { EmojiPopover } from '../emoji/EmojiPopover.tsx';
import { readReactionKey } from '../emoji/emoji-data.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { TimelineItemView } from '../timeline/TimelineItemView.tsx';
import { TimelineSkeleton } from '../timeline/TimelineSkeleton.tsx';
import { type TimelineControls, TimelineControlsContext } from '../timeline/timeline-controls.ts';
import { useLightbox } from '../timeline/use-lightbox.tsx';
import styles from './ThreadPanel.module.css';

interface ThreadPanelProps {
  readonly channel: ChannelDetails;
  readonly rootId: string;
}

/** A thread beside its channel: the message that began it, the replies, and where to write one. */
export default function ThreadPanel({ channel, rootId }: ThreadPanelProps) {
  const { channelId } = channel;
  const gateway = useGateway();
  const store = gateway.thread(channelId, rootId);
  const thread = useStore(store);
  const tray = useAttachments(gateway.messages, channelId);
  const [picking, setPicking] = useState<{ readonly message: Message; readonly anchor: Element | null }>();
  const list = useRef<HTMLDivElement>(null);
  const { canSend } = channel.permissions;
  useEffect(() => {
    changeComposer(rootId, { focusRequests: readComposer(rootId).focusRequests + 1 });
  }, [rootId]);
  useSeen(rootId, thread);
  useKeepAtEnd(list, thread);
  const { openMedia, lightbox } = useLightbox(() => [
    ...(thread.root ? [thread.root] : []),
    ...thread.items.flatMap((item) => (item.type === 'message' ? [item.message] : [])),
  ]);
  const controls = useMemo<TimelineControls>(
    () => ({
      channelId,
      canSend,
      startReply: (message) => startReply(rootId, message),
      startEdit: (message) => startEdit(rootId, message),
      pickReaction: (message) => setPicking({ message, anchor: document.activeElement }),
      openMedia,
      jumpTo: (eventId) => requestJump(channelId, eventId),
    }),
    [channelId, rootId, canSend, openMedia],
  );
  return (
    <TimelineControlsContext value={controls}>
      <PanelFrame
        className={styles.panel}
        title={t('thread.title')}
        about={channel.name}
        closing={{ label: t('thread.close'), handleClose: leavePanel }}
      >
        <PanelBody ref={list} className={styles.messages}>
          {thread.phase === 'failed' ? (
            <ErrorState size="panel" title={t('thread.failed')} handleRetry={() => void store.load()}>
              {t('thread.failedText')}
            </ErrorState>
          ) : (
            <ThreadMessages
              channel={channel}
              thread={thread}
              buildContext={(message) => ({ gateway, message, ...controls })}
              handleOlder={() =>
                store.loadOlder().catch((error: unknown) => showToast(describeError(error), 'danger'))
              }
            />
          )}
        </PanelBody>
        <Composer channel={channel} tray={tray} thread={{ rootId, latestId: thread.latestId }} />
        {lightbox}
        {picking && (
          <EmojiPopover
            anchor={picking.anchor}
            channelId={channelId}
            handleClose={() => setPicking(undefined)}
            handlePick={(picked) =>
              toggleReaction({ gateway, message: picking.message, ...controls }, readReactionKey(picked))
            }
          />
        )}
      </PanelFrame>
    </TimelineControlsContext>
  );
}

interface ThreadMessagesProps {
  readonly channel: ChannelDetails;
  readonly thread: ThreadSnapshot;
  readonly buildContext: (message: Message) => MessageContext;
  readonly handleOlder: () => void;
}

function ThreadMessages({ channel, thread, buildContext, handleOlder }: ThreadMessagesProps) {
  const { phase, root, items, hasOlder } = thread;
  const rows = root ? [{ type: 'message', key: root.key, message: root, continued: false } as const] : [];
  return (
    <>
      <ol className={styles.list} aria-label={t('thread.messages')} aria-busy={phase === 'loading'}>
        {[...rows, ...items].map((row, index) => (
          <li
            key={row.key}
            className={index === 0 && root ? styles.root : undefined}
            tabIndex={row.type === 'message' ? 0 : -1}
            onKeyDown={(event) => {
              if (row.type !== 'message' || event.target !== event.currentTarget) return;
              if (performByKey(messageActions, buildContext(row.message), event)) event.preventDefault();
            }}
          >
            <TimelineItemView row={row} channel={channel} guild={undefined} highlightedId={undefined} />
            {index === 0 && hasOlder && (
              <p className={styles.older}>
                <Button onClick={handleOlder}>{t('thread.older')}</Button>
              </p>
            )}
          </li>
        ))}
      </ol>
      {phase === 'loading' && items.length === 0 && <TimelineSkeleton size="small" />}
    </>
  );
}

/** Whoever has the thread before them has seen it. */
function useSeen(rootId: string, { items }: ThreadSnapshot): void {
  const newest = items.findLast((item) => item.type === 'message');
  const timestamp = newest?.type === 'message' ? newest.message.timestamp : undefined;
  useEffect(() => {
    if (timestamp !== undefined) noteThreadSeen(rootId, timestamp);
  }, [rootId, timestamp]);
}

/** Stays at the newest reply for those who are there. */
function useKeepAtEnd(list: React.RefObject<HTMLDivElement | null>, { items }: ThreadSnapshot): void {
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    const handleScroll = (): void => {
      if (element) isAtEnd.current = element.scrollHeight - element.clientHeight - element.scrollTop < 60;
    };
    element?.addEventListener('scroll', handleScroll);
    return () => element?.removeEventListener('scroll', handleScroll);
  }, [list]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new replies are what there is to follow.
  useLayoutEffect(() => {
    const element = list.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [list, items]);
}
