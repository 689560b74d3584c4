import type { ReactNode } from 'react';
import { joinClasses } from '../src/lib/join-classes.ts';
import styles from './Stage.module.css';

interface StageProps {
  /** As wide as the lists beside a channel. */
  readonly isSide?: boolean;
  /** Whether it stands at the foot, as a composer does. */
  readonly isAtEnd?: boolean;
  readonly children: ReactNode;
}

/** A view as high as the window. */
export function Stage({ isSide = false, isAtEnd = false, children }: StageProps) {
  return (
    <div className={joinClasses(styles.stage, isSide && styles.side, isAtEnd && styles.end)}>{children}</div>
  );
}
