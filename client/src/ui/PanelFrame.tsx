import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { joinClasses } from '../lib/join-classes.ts';
import { IconButton } from './IconButton.tsx';
import styles from './PanelFrame.module.css';

interface PanelFrameProps {
  /** Names the panel, for those who see it and those who hear it. */
  readonly title: string;
  /** What stands beside the title: which channel or guild it is about. */
  readonly about?: ReactNode;
  readonly className?: string | undefined;
  readonly closing?: { readonly label: string; readonly handleClose: () => void };
  readonly children: ReactNode;
}

/** Something beside the channel: a head with its name, and what is in it. Escape closes it where it can be closed. */
export function PanelFrame({ title, about, className, closing, children }: PanelFrameProps) {
  return (
    <aside
      className={joinClasses(styles.panel, className)}
      aria-label={title}
      onKeyDown={(event) => event.key === 'Escape' && !event.defaultPrevented && closing?.handleClose()}
    >
      <header className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        {about !== undefined && <span className={styles.about}>{about}</span>}
        {closing && (
          <IconButton icon={X} label={closing.label} tooltipSide="bottom" onClick={closing.handleClose} />
        )}
      </header>
      {children}
    </aside>
  );
}

interface PanelBodyProps {
  readonly ref?: RefObject<HTMLDivElement | null>;
  readonly className?: string | undefined;
  readonly isBusy?: boolean;
  readonly children: ReactNode;
}

/** The part of a panel that scrolls. */
export function PanelBody({ ref, className, isBusy = false, children }: PanelBodyProps) {
  return (
    <div ref={ref} className={joinClasses(styles.body, className)} aria-busy={isBusy}>
      {children}
    </div>
  );
}
