import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '../lib/i18n/translate.ts';
import { joinClasses } from '../lib/join-classes.ts';
import styles from './Dialog.module.css';

interface DialogProps {
  readonly title: string;
  readonly description?: ReactNode;
  readonly size?: 'small' | 'large';
  readonly children?: ReactNode;
  readonly handleClose: () => void;
}

/** A card above everything else. It is open as long as it is rendered; Escape, the scrim and the cross close it. */
export function Dialog({ title, description, size = 'small', children, handleClose }: DialogProps) {
  return (
    <Base.Root open onOpenChange={(isOpen) => isOpen || handleClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={joinClasses(styles.card, size === 'large' && styles.large)}>
            <Base.Title className={styles.title}>{title}</Base.Title>
            {description !== undefined && (
              <Base.Description className={styles.description}>{description}</Base.Description>
            )}
            {children}
            {/* The last in order, so that a dialog begins with what it asks for. */}
            <Base.Close className={styles.close} aria-label={t('common.close')}>
              <X size={18} strokeWidth={1.75} aria-hidden />
            </Base.Close>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** The buttons at the foot of a dialog, the one that does it last. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={styles.actions}>{children}</div>;
}
