import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { listMenuEntries } from '../../app/actions/action.ts';
import { type MessageContext, messageActions, toggleReaction } from '../../app/actions/message-actions.ts';
import { takeJump, useJump } from '../../app/jump-store.ts';
import { openPanel } from '../../app/panel-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { ChannelDetails, GuildDetails, Message, TimelineSnapshot } from '../../matrix/types.ts';
import { Button } from '../../ui/Button.tsx';
import { ContextMenu } from '../../ui/Menu.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { startEdit, startReply } from '../composer/composer-store.ts';
import { EmojiPopover } from '../emoji/EmojiPopover.tsx';
import { readReactionKey } from '../emoji/emoji-data.ts';
import { useGateway, useStore } from '../session/gateway-context.ts';
import { MessageAnnouncer } from './MessageAnnouncer.tsx';
import { NewsBar } from './NewsBar.tsx';
import styles from './Timeline.module.css';
import type { TimelineRow } from './TimelineItemView.tsx';
import { TimelineRows } from './TimelineRows.tsx';
import { TimelineSkeleton } from './TimelineSkeleton.tsx';
import { type TimelineControls, TimelineControlsContext } from './timeline-controls.ts';
import { useLightbox } from './use-lightbox.tsx';
import { useTimelineScroll } from './use-timeline-scroll.ts';

const introRow: TimelineRow = { type: 'intro', key: 'intro' };

interface TimelineProps {
  readonly channel: ChannelDetails;
  readonly guild: GuildDetails | undefined;
}

/** What was said in a channel. Give it the channel as its `key`: it begins anew with each one. */
export function Timeline({ channel, guild }: TimelineProps) {
  const store = useGateway().timeline(channel.channelId);
  const snapshot = useStore(store);
  // Before anything is marked as read, which is done after drawing: the line "new" stands where reading ended.
  useLayoutEffect(() => {
    const handleLeave = (): void => store.open();
    store.open();
    // Whoever looks away finds a line above what came meanwhile.
    window.addEventListener('blur', handleLeave);
    return () => window.removeEventListener('blur', handleLeave);
  }, [store]);
  if (snapshot.phase === 'loading') return <TimelineSkeleton />;
  return <LoadedTimeline channel={channel} guild={guild} store={store} snapshot={snapshot} />;
}

interface LoadedTimelineProps extends TimelineProps {
  readonly store: TimelineStore;
  readonly snapshot: TimelineSnapshot;
}

function LoadedTimeline({ channel, guild, store, snapshot }: LoadedTimelineProps) {
  const gateway = useGateway();
  const { channelId } = channel;
  const { canSend } = channel.permissions;
  const rows = useMemo<readonly TimelineRow[]>(
    () => (snapshot.hasOlder ? snapshot.items : [introRow, ...snapshot.items]),
    [snapshot.hasOlder, snapshot.items],
  );
  const scroll = useTimelineScroll(rows, store, snapshot);
  const [picking, setPicking] = useState<Message>();
  const [pressed, setPressed] = useState<Message>();
  const { showEvent } = scroll;
  const { openMedia, lightbox } = useLightbox(() =>
    rows.flatMap((row) => (row.type === 'message' ? [row.message] : [])),
  );

  const handleJump = useCallback(
    async (eventId: string) => {
      const arrival = await store.jumpTo(eventId);
      if (!arrival) showToast(t('timeline.notFound'), 'danger');
      else showEvent(arrival.eventId);
      if (arrival?.threadId !== undefined) openPanel({ kind: 'thread', channelId, rootId: arrival.threadId });
    },
    [store, showEvent, channelId],
  );
  const jump = useJump((state) => state.wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new wish is what there is to look at.
  useEffect(() => {
    const wantedId = takeJump(channelId);
    if (wantedId !== undefined) void handleJump(wantedId);
  }, [jump, channelId, handleJump]);
  const controls = useMemo<TimelineControls>(
    () => ({
      channelId,
      canSend,
      startReply: (message) => startReply(channelId, message),
      startEdit: (message) => startEdit(channelId, message),
      pickReaction: setPicking,
      openThread: ({ eventId }) => openPanel({ kind: 'thread', channelId, rootId: eventId }),
      openMedia,
      jumpTo: (eventId) => void handleJump(eventId),
    }),
    [channelId, canSend, openMedia, handleJump],
  );
  const buildContext = (message: Message): MessageContext => ({ gateway, message, ...controls });
  const findMessage = (element: Element): Message | undefined => {
    const key = element.closest<HTMLElement>('[data-key]')?.dataset.key;
    const row = rows.find((candidate) => candidate.key === key);
    return row?.type === 'message' ? row.message : undefined;
  };

  return (
    <TimelineControlsContext value={controls}>
      <div className={styles.frame}>
        <ContextMenu
          entries={pressed ? listMenuEntries(messageActions, buildContext(pressed)) : []}
          handleOpen={(target) => {
            const message = findMessage(target);
            setPressed(message);
            return message !== undefined && message.content.kind !== 'deleted';
          }}
        >
          <div
            className={styles.scroller}
            role="log"
            aria-label={t('timeline.label', { name: channel.name })}
            aria-live="off"
            aria-busy={snapshot.older === 'loading'}
            onKeyDown={(event) => scroll.handleKey(event, (message) => buildContext(message))}
          >
            <div className={styles.filler} />
            <TimelineRows
              rows={rows}
              viewport={scroll.viewport}
              tabKey={scroll.tabKey}
              channel={channel}
              guild={guild}
              highlightedId={scroll.highlightedId}
            >
              {snapshot.hasOlder && (
                <li className={styles.older}>
                  <OlderMessages snapshot={snapshot} handleRetry={() => void store.loadOlder()} />
                </li>
              )}
            </TimelineRows>
          </div>
        </ContextMenu>
        <NewsBar store={store} snapshot={snapshot} scroll={scroll} handleJump={controls.jumpTo} />
        <MessageAnnouncer items={snapshot.items} ownUserId={gateway.userId} />
        {!scroll.isAtEnd && (
          <Button className={styles.jump} onClick={scroll.returnToEnd}>
            <ArrowDown size={16} aria-hidden /> {t('timeline.toNewest')}
          </Button>
        )}
        {lightbox}
        {picking && (
          <EmojiPopover
            anchor={scroll.viewport.findElement(picking.key) ?? null}
            channelId={channelId}
            handleClose={() => setPicking(undefined)}
            handlePick={(picked) => toggleReaction(buildContext(picking), readReactionKey(picked))}
          />
        )}
      </div>
    </TimelineControlsContext>
  );
}

interface OlderMessagesProps {
  readonly snapshot: TimelineSnapshot;
  readonly handleRetry: () => void;
}

function OlderMessages({ snapshot, handleRetry }: OlderMessagesProps) {
  if (snapshot.older !== 'failed') return <TimelineSkeleton size="small" />;
  return (
    <p className={styles.failed} role="alert">
      {t('timeline.olderFailed')} <Button onClick={handleRetry}>{t('common.tryAgain')}</Button>
    </p>
  );
}
