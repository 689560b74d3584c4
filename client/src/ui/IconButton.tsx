import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './IconButton.module.css';
import { Tooltip } from './Tooltip.tsx';

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly tooltipSide?: 'top' | 'right' | 'bottom' | 'left';
  readonly size?: 'medium' | 'small';
  readonly tone?: 'normal' | 'danger';
}

/** A button that shows a sign; its label is read out and appears as a tooltip. */
export function IconButton({
  icon: Icon,
  label,
  tooltipSide = 'top',
  size = 'medium',
  tone = 'normal',
  className,
  ...button
}: IconButtonProps) {
  return (
    <Tooltip text={label} side={tooltipSide}>
      <button
        {...button}
        type="button"
        aria-label={label}
        className={joinClasses(styles.button, styles[size], tone === 'danger' && styles.danger, className)}
      >
        <Icon size={18} strokeWidth={1.75} aria-hidden />
      </button>
    </Tooltip>
  );
}
