import { useEffect } from 'react';
import type { TimelineStore } from '../../matrix/timeline-store.ts';
import type { TimelineSnapshot } from '../../matrix/types.ts';
import type { TimelineViewport } from './timeline-viewport.ts';

/** How many rows that are not in the page yet are left when the next piece is asked for. */
const loadAhead = 10;

/** Asks for older messages before the reader meets the first one, and for newer ones after a jump into the past. */
export function useLoadAround(
  viewport: TimelineViewport,
  count: number,
  store: TimelineStore,
  snapshot: TimelineSnapshot,
): void {
  const { hasOlder, older, isLive } = snapshot;
  useEffect(() => {
    const load = (): void => {
      const { first, end } = viewport.getSnapshot();
      if (first < loadAhead && hasOlder && older === 'idle') void store.loadOlder();
      if (end > count - loadAhead && !isLive) void store.loadNewer();
    };
    load();
    return viewport.subscribe(load);
  }, [viewport, count, store, hasOlder, older, isLive]);
}
