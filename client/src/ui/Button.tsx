import type { ComponentProps } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './Button.module.css';
import { Spinner } from './Spinner.tsx';

interface ButtonProps extends ComponentProps<'button'> {
  readonly variant?: 'primary' | 'quiet' | 'plain' | 'danger';
  readonly isWide?: boolean;
  /** The action is under way: the button keeps its size and cannot be pressed again. */
  readonly isBusy?: boolean;
}

/** The button of the design system: one `primary` a view, `quiet` beside it, `plain` for the least. */
export function Button({
  variant = 'quiet',
  isWide = false,
  isBusy = false,
  className,
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={joinClasses(styles.button, styles[variant], isWide && styles.wide, className)}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
    >
      <span className={joinClasses(styles.label, isBusy && styles.hidden)}>{children}</span>
      {isBusy && (
        <span className={styles.busy}>
          <Spinner />
        </span>
      )}
    </button>
  );
}
