import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '../lib/i18n/translate.ts';
import { joinClasses } from '../lib/join-classes.ts';
import { Button } from './Button.tsx';
import { Mark } from './Mark.tsx';
import styles from './StateView.module.css';

interface EmptyStateProps {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly size?: 'page' | 'panel';
}

/** What a place says when there is nothing in it yet: the mark, one sentence, one action. */
export function EmptyState({ title, children, action, size = 'page' }: EmptyStateProps) {
  const Heading = size === 'page' ? 'h1' : 'h2';
  return (
    <div className={joinClasses(styles.state, styles[size])}>
      <span className={styles.glow}>
        <Mark size={size === 'page' ? 64 : 40} />
      </span>
      <Heading className={styles.title}>{title}</Heading>
      {children !== undefined && <p className={styles.text}>{children}</p>}
      {action}
    </div>
  );
}

interface ErrorStateProps {
  /** What happened. */
  readonly title: string;
  /** What to do about it. */
  readonly children?: ReactNode;
  readonly handleRetry?: (() => void) | undefined;
  readonly action?: ReactNode;
  readonly size?: 'page' | 'panel';
}

/** What a place says when it could not be loaded. */
export function ErrorState({ title, children, handleRetry, action, size = 'page' }: ErrorStateProps) {
  const Heading = size === 'page' ? 'h1' : 'h2';
  return (
    <div className={joinClasses(styles.state, styles[size])} role="alert">
      <span className={styles.dim}>
        <Mark size={size === 'page' ? 64 : 40} />
      </span>
      <Heading className={styles.title}>{title}</Heading>
      {children !== undefined && <p className={styles.text}>{children}</p>}
      {handleRetry && (
        <Button variant="primary" onClick={handleRetry}>
          <RotateCw size={16} aria-hidden /> {t('common.tryAgain')}
        </Button>
      )}
      {action}
    </div>
  );
}
