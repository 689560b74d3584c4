import { type KeyboardEvent, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { performByKey } from '../../app/actions/action.ts';
import { type MessageContext, messageActions } from '../../app/actions/message-actions.ts';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { Message, TimelineSnapshot } from '../../matrix/types.ts';
import { findNextIndex } from './row-keys.ts';
import type { TimelineRow } from './TimelineItemView.tsx';
import { TimelineViewport } from './timeline-viewport.ts';
import { useLoadAround } from './use-load-around.ts';
import { useMarkRead } from './use-mark-read.ts';

/** The place above the rows while older ones exist; the skeleton lies in it. */
const olderSpace = 160;
/** The place above the first row of all. */
const topSpace = 16;
const highlightTime = 2000;

/** What rows measure before they are measured. */
const estimates: Readonly<Record<TimelineRow['type'], number>> = {
  intro: 200,
  day: 44,
  unread: 28,
  message: 56,
  notices: 30,
};

export interface TimelineScroll {
  readonly viewport: TimelineViewport;
  readonly isAtEnd: boolean;
  readonly highlightedId: string | undefined;
  /** The message that the Tab key reaches; arrows go on from there. */
  readonly tabKey: string | undefined;
  readonly handleKey: (event: KeyboardEvent, buildContext: (message: Message) => MessageContext) => void;
  /** Brings a message, or the row with a key, into the middle and lets it glow for a moment. */
  readonly showEvent: (eventId: string) => void;
  readonly returnToEnd: () => void;
}

/** Where the reader is in a timeline, and how the reader gets about in it. */
export function useTimelineScroll(
  rows: readonly TimelineRow[],
  store: TimelineStore,
  snapshot: TimelineSnapshot,
): TimelineScroll {
  const { hasOlder, isLive } = snapshot;
  const [viewport] = useState(() => new TimelineViewport());
  const [highlightedId, setHighlightedId] = useState<string>();
  const [wanted, setWanted] = useState<string>();
  const [focusedKey, setFocusedKey] = useState<string>();

  const placed = useMemo(() => rows.map(({ key, type }) => ({ key, estimate: estimates[type] })), [rows]);
  viewport.setRows(placed, hasOlder ? olderSpace : topSpace, isLive);
  const isAtEnd = useSyncExternalStore(viewport.subscribe, viewport.isAtEnd);
  useLoadAround(viewport, rows.length, store, snapshot);
  useMarkRead(store, snapshot, isAtEnd);

  useEffect(() => {
    const row = wanted === undefined ? undefined : findRow(rows, wanted);
    if (!row) return;
    viewport.reveal(row.key, 'center');
    setHighlightedId(wanted);
    setWanted(undefined);
  }, [wanted, rows, viewport]);

  useEffect(() => {
    if (highlightedId === undefined) return;
    const timer = setTimeout(() => setHighlightedId(undefined), highlightTime);
    return () => clearTimeout(timer);
  }, [highlightedId]);

  const returnToEnd = useCallback(() => {
    store.returnToLive();
    viewport.scrollToEnd();
  }, [store, viewport]);

  const tabKey = useMemo(() => findTabKey(rows, focusedKey), [rows, focusedKey]);

  const handleKey: TimelineScroll['handleKey'] = (event, buildContext) => {
    const { target } = event;
    // Keys pressed inside a message, on a link or button of it, are not meant for the list.
    if (!(target instanceof HTMLElement) || target.dataset.key === undefined) return;
    const { key } = target.dataset;
    const index = rows.findIndex((row) => row.key === key);
    const row = rows[index];
    const next = rows[findNextIndex(rows, index, event.key) ?? -1];
    if (next) {
      setFocusedKey(next.key);
      viewport.reveal(next.key, 'nearest', { takesFocus: true });
    } else if (row?.type !== 'message' || !performByKey(messageActions, buildContext(row.message), event)) {
      return;
    }
    event.preventDefault();
  };

  return { viewport, isAtEnd, highlightedId, tabKey, handleKey, showEvent: setWanted, returnToEnd };
}

/** The row that had the focus last, or the newest message. */
function findTabKey(rows: readonly TimelineRow[], focusedKey: string | undefined): string | undefined {
  if (focusedKey !== undefined && rows.some((row) => row.key === focusedKey)) return focusedKey;
  return rows.findLast((row) => row.type === 'message')?.key;
}

/** The row of a message, or the one with this key. */
function findRow(rows: readonly TimelineRow[], eventId: string): TimelineRow | undefined {
  return rows.find(
    (row) => row.key === eventId || (row.type === 'message' && row.message.eventId === eventId),
  );
}
