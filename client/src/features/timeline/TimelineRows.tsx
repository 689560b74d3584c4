import { type ComponentProps, memo, type ReactNode, useLayoutEffect } from 'react';
import { useStore } from '../session/gateway-context.ts';
import styles from './Timeline.module.css';
import { TimelineItemView, type TimelineRow } from './TimelineItemView.tsx';
import type { TimelineViewport } from './timeline-viewport.ts';

interface TimelineRowsProps extends Omit<RowProps, 'row' | 'viewport' | 'isTabStop'> {
  readonly rows: readonly TimelineRow[];
  readonly viewport: TimelineViewport;
  /** The message that the Tab key reaches. */
  readonly tabKey: string | undefined;
  /** What lies above the first row. */
  readonly children: ReactNode;
}

/** The rows that are on the screen and around it. Nothing else is rendered when somebody scrolls. */
export function TimelineRows({ rows, viewport, tabKey, children, ...view }: TimelineRowsProps) {
  const range = useStore(viewport);
  useLayoutEffect(() => viewport.settle(range));
  const shown = rows.slice(range.first, range.end);
  // Who scrolled away from that message still gets into the list by a key.
  const stopKey = shown.some(({ key }) => key === tabKey)
    ? tabKey
    : shown.findLast(({ type }) => type === 'message')?.key;
  return (
    <ol ref={viewport.attachList} className={styles.list}>
      {children}
      {shown.map((row) => (
        <Row key={row.key} row={row} viewport={viewport} isTabStop={row.key === stopKey} {...view} />
      ))}
    </ol>
  );
}

interface RowProps extends ComponentProps<typeof TimelineItemView> {
  readonly viewport: TimelineViewport;
  readonly isTabStop: boolean;
}

const Row = memo(function Row({ viewport, isTabStop, ...view }: RowProps) {
  return (
    <li
      ref={viewport.attachRow}
      data-key={view.row.key}
      className={styles.item}
      tabIndex={isTabStop ? 0 : -1}
    >
      <TimelineItemView {...view} />
    </li>
  );
});
