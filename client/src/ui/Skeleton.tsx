import { joinClasses } from '../lib/join-classes.ts';
import styles from './Skeleton.module.css';

interface SkeletonProps {
  readonly width?: number | string;
  readonly height?: number | string;
  readonly shape?: 'line' | 'circle' | 'squircle';
}

/** A place that something will take soon, in the size that it will have. */
export function Skeleton({ width = '100%', height = 14, shape = 'line' }: SkeletonProps) {
  return (
    <span aria-hidden className={joinClasses(styles.skeleton, styles[shape])} style={{ width, height }} />
  );
}
