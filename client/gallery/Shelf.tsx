import type { ReactNode } from 'react';
import { joinClasses } from '../src/lib/join-classes.ts';
import styles from './Shelf.module.css';

interface ShelfProps {
  readonly isColumn?: boolean;
  readonly children: ReactNode;
}

/** Small things beside or below each other. */
export function Shelf({ isColumn = false, children }: ShelfProps) {
  return <div className={joinClasses(styles.shelf, isColumn && styles.column)}>{children}</div>;
}
