import type { Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { TimelineSnapshot } from '../../matrix/types.ts';

/** How many rows before the first or last one the next piece is asked for. */
const loadAhead = 15;

/** Asks for older messages before the reader meets the first one, and for newer ones after a jump into the past. */
export function useLoadAround(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  isPlaced: RefObject<boolean>,
  count: number,
  store: TimelineStore,
  snapshot: TimelineSnapshot,
): void {
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    const load = (): void => {
      if (first < loadAhead && snapshot.hasOlder && snapshot.older === 'idle') void store.loadOlder();
      if (last > count - loadAhead && !snapshot.isLive) void store.loadNewer();
    };
    if (isPlaced.current) {
      load();
      return;
    }
    // The first frame shows the beginning of the list, before it is scrolled to its end.
    const timer = setTimeout(load, 100);
    return () => clearTimeout(timer);
  }, [first, last, count, store, snapshot, isPlaced]);
}
