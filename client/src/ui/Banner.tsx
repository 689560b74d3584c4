import type { ReactNode } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './Banner.module.css';

interface BannerProps {
  readonly tone: 'warning' | 'danger' | 'info';
  readonly icon?: ReactNode;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A line across a view that says something about all of it. */
export function Banner({ tone, icon, action, children }: BannerProps) {
  return (
    <div className={joinClasses(styles.banner, styles[tone])} role={tone === 'danger' ? 'alert' : 'status'}>
      {icon}
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}
