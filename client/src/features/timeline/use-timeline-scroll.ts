import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { performByKey } from '../../app/actions/action.ts';
import { type MessageContext, messageActions } from '../../app/actions/message-actions.ts';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { Message, TimelineSnapshot } from '../../matrix/types.ts';
import { findNextIndex } from './row-keys.ts';
import type { TimelineRow } from './TimelineItemView.tsx';
import { useLoadAround } from './use-load-around.ts';
import { useMarkRead } from './use-mark-read.ts';
import { useStillRows } from './use-still-rows.ts';

/** How close to the newest message counts as being there, in pixels. */
const endThreshold = 60;
/** The place above the rows while older ones exist; the skeleton lies in it. */
const olderSpace = 160;
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
  readonly scrollerRef: RefObject<HTMLDivElement | null>;
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>;
  /** Whether the rows stand where they are read, which they do not in the first frame. */
  readonly isPlaced: RefObject<boolean>;
  readonly isAtEnd: boolean;
  readonly highlightedId: string | undefined;
  /** The message that the Tab key reaches; arrows go on from there. */
  readonly tabKey: string | undefined;
  readonly handleScroll: () => void;
  readonly handleKey: (event: KeyboardEvent, buildContext: (message: Message) => MessageContext) => void;
  /** Brings a message, or the row with a key, into the middle and lets it glow for a moment. */
  readonly showEvent: (eventId: string) => void;
  readonly returnToEnd: () => void;
  readonly findElement: (key: string) => Element | null;
}

/**
 * Where the reader is in a timeline.
 * The end is the anchor: what the reader looks at stays where it is when older messages arrive above it, and new ones
 * are followed only by those who are at the end already.
 */
export function useTimelineScroll(
  rows: readonly TimelineRow[],
  store: TimelineStore,
  snapshot: TimelineSnapshot,
): TimelineScroll {
  const scrollerRef = useRef<HTMLDivElement>(null);
  const isPlaced = useRef(false);
  const isPinned = useRef(true);
  const lastTop = useRef(0);
  const wasLive = useRef(snapshot.isLive);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [highlightedId, setHighlightedId] = useState<string>();
  const [wanted, setWanted] = useState<string>();
  const [focusedKey, setFocusedKey] = useState<string>();

  const virtualizer = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scrollerRef.current,
    estimateSize: (index) => estimates[rows[index]?.type ?? 'message'],
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: 'end',
    // What joins a window in the past to the present is not news that somebody waited for.
    followOnAppend: snapshot.isLive && wasLive.current,
    scrollEndThreshold: endThreshold,
    overscan: 6,
    // Scrolling and the measures that follow from it are drawn together.
    useFlushSync: false,
    paddingStart: snapshot.hasOlder ? olderSpace : 16,
    paddingEnd: 20,
  });
  useStillRows(virtualizer, rows);
  useEffect(() => {
    wasLive.current = snapshot.isLive;
  }, [snapshot.isLive]);

  useLayoutEffect(() => {
    if (isPlaced.current || rows.length === 0) return;
    virtualizer.scrollToEnd();
    const frame = requestAnimationFrame(() => {
      // Somebody came for an older message, which has been shown meanwhile.
      if (isPlaced.current) return;
      isPlaced.current = true;
      virtualizer.scrollToEnd();
    });
    return () => cancelAnimationFrame(frame);
  }, [rows.length, virtualizer]);

  useKeepEnd(scrollerRef, virtualizer, isPinned);
  useLoadAround(virtualizer, isPlaced, rows.length, store, snapshot);
  useMarkRead(store, snapshot, isAtEnd);

  const handleScroll = useCallback(() => {
    const scroller = scrollerRef.current;
    if (!scroller || !isPlaced.current) return;
    const distance = measureDistance(scroller);
    const movedUp = scroller.scrollTop < lastTop.current;
    lastTop.current = scroller.scrollTop;
    // Rows that come or grow below make the way to the end longer as well: only who moves up leaves it.
    if (distance < endThreshold) isPinned.current = snapshot.isLive;
    else if (movedUp || !snapshot.isLive) isPinned.current = false;
    setIsAtEnd(snapshot.isLive && (isPinned.current || distance < endThreshold * 4));
  }, [snapshot.isLive]);
  // A window that meets the present may do so without being scrolled.
  useEffect(handleScroll, [handleScroll]);

  useEffect(() => {
    const index = wanted === undefined ? -1 : findRow(rows, wanted);
    if (index === -1) return;
    isPlaced.current = true;
    isPinned.current = false;
    virtualizer.scrollToIndex(index, { align: 'center' });
    setHighlightedId(wanted);
    setWanted(undefined);
  }, [wanted, rows, virtualizer]);

  useEffect(() => {
    if (highlightedId === undefined) return;
    const timer = setTimeout(() => setHighlightedId(undefined), highlightTime);
    return () => clearTimeout(timer);
  }, [highlightedId]);

  const returnToEnd = useCallback(() => {
    store.returnToLive();
    setIsAtEnd(true);
    isPinned.current = true;
    requestAnimationFrame(() => virtualizer.scrollToEnd());
  }, [store, virtualizer]);

  const findElement = useCallback(
    (key: string) => {
      const index = rows.findIndex((row) => row.key === key);
      return scrollerRef.current?.querySelector(`[data-index="${index}"]`) ?? null;
    },
    [rows],
  );

  const tabKey = useMemo(() => findTabKey(rows, focusedKey), [rows, focusedKey]);

  const focusRow = (index: number): void => {
    const row = rows[index];
    if (!row) return;
    setFocusedKey(row.key);
    virtualizer.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() => {
      scrollerRef.current
        ?.querySelector<HTMLElement>(`[data-index="${index}"]`)
        ?.focus({ preventScroll: true });
    });
  };

  const handleKey: TimelineScroll['handleKey'] = (event, buildContext) => {
    const { target } = event;
    // Keys pressed inside a message, on a link or button of it, are not meant for the list.
    if (!(target instanceof HTMLElement) || target.dataset.index === undefined) return;
    const index = Number(target.dataset.index);
    const next = findNextIndex(rows, index, event.key);
    const row = rows[index];
    if (next !== undefined) focusRow(next);
    else if (row?.type !== 'message' || !performByKey(messageActions, buildContext(row.message), event))
      return;
    event.preventDefault();
  };

  return {
    scrollerRef,
    virtualizer,
    isPlaced,
    isAtEnd: isAtEnd && snapshot.isLive,
    highlightedId,
    tabKey,
    handleScroll,
    handleKey,
    showEvent: setWanted,
    returnToEnd,
    findElement,
  };
}

/** The row that had the focus last, or the newest message. */
function findTabKey(rows: readonly TimelineRow[], focusedKey: string | undefined): string | undefined {
  if (focusedKey !== undefined && rows.some((row) => row.key === focusedKey)) return focusedKey;
  return rows.findLast((row) => row.type === 'message')?.key;
}

/** The row of a message, or the one with this key. */
function findRow(rows: readonly TimelineRow[], eventId: string): number {
  return rows.findIndex(
    (row) => row.key === eventId || (row.type === 'message' && row.message.eventId === eventId),
  );
}

/** How far the newest message is below what is seen, in pixels. */
function measureDistance(scroller: HTMLElement): number {
  return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
}

/**
 * Keeps readers who are at the newest message there, when rows turn out taller than they were taken for and when the
 * place for the timeline changes, as it does when the composer grows.
 */
function useKeepEnd(
  scrollerRef: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  isPinned: RefObject<boolean>,
): void {
  const totalSize = virtualizer.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the size is what moves the end.
  useLayoutEffect(() => {
    const scroller = scrollerRef.current;
    if (scroller && isPinned.current && measureDistance(scroller) > 1) virtualizer.scrollToEnd();
  }, [scrollerRef, virtualizer, isPinned, totalSize]);

  useEffect(() => {
    const scroller = scrollerRef.current;
    if (!scroller) return;
    const observer = new ResizeObserver(() => {
      if (isPinned.current) virtualizer.scrollToEnd();
    });
    observer.observe(scroller);
    return () => observer.disconnect();
  }, [scrollerRef, virtualizer, isPinned]);
}
