import type { TimelineRow } from './TimelineItemView.tsx';

/** The message that an arrow, Home or End leads to; undefined for other keys and where there is none. */
export function findNextIndex(rows: readonly TimelineRow[], index: number, key: string): number | undefined {
  const isMessage = (candidate: number): boolean => rows[candidate]?.type === 'message';
  const indexes = [...rows.keys()].filter(isMessage);
  const place = indexes.indexOf(index);
  switch (key) {
    case 'ArrowUp':
      return indexes[Math.max(0, place - 1)];
    case 'ArrowDown':
      return indexes[Math.min(indexes.length - 1, place + 1)];
    case 'PageUp':
      return indexes[Math.max(0, place - 10)];
    case 'PageDown':
      return indexes[Math.min(indexes.length - 1, place + 10)];
    case 'Home':
      return indexes[0];
    case 'End':
      return indexes.at(-1);
    default:
      return undefined;
  }
}
