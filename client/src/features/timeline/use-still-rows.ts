import type { Virtualizer } from '@tanstack/react-virtual';
import { useState } from 'react';
import type { TimelineRow } from './TimelineItemView.tsx';

/**
 * Keeps what is read where it is while rows above it turn out taller or lower than they were taken for.
 *
 * The virtualizer by itself does so for rows that begin above the window. Older messages that arrive while their
 * skeleton is on the screen begin inside it: those are told by the row that was the first one before.
 */
export function useStillRows(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  rows: readonly TimelineRow[],
): void {
  const firstKey = rows[0]?.key;
  const [edge, setEdge] = useState({ firstKey, firstKeyBefore: firstKey });
  if (edge.firstKey !== firstKey) setEdge({ firstKey, firstKeyBefore: edge.firstKey });
  const older = rows.findIndex((row) => row.key === edge.firstKeyBefore);

  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = (item, _change, instance) => {
    const offset = instance.scrollOffset ?? 0;
    const isFirstMeasure = !instance.itemSizeCache.has(item.key);
    if (isFirstMeasure) return item.start < offset || item.index < older;
    return item.end <= offset && instance.scrollDirection !== 'backward';
  };
}
