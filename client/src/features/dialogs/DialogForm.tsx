import type { FormEvent, ReactNode } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { DialogActions } from '../../ui/Dialog.tsx';
import styles from './DialogForm.module.css';
import type { Submission } from './use-submit.ts';

interface DialogFormProps {
  readonly submission: Submission;
  readonly submitLabel: string;
  readonly isDangerous?: boolean;
  readonly canSubmit?: boolean;
  readonly work: () => Promise<void>;
  readonly handleClose: () => void;
  readonly children?: ReactNode;
}

/** The inside of a dialog that asks for something: fields, what went wrong, and two buttons. */
export function DialogForm({
  submission,
  submitLabel,
  isDangerous = false,
  canSubmit = true,
  work,
  handleClose,
  children,
}: DialogFormProps) {
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void submission.submit(work);
  };
  return (
    <form className={styles.form} onSubmit={handleSubmit}>
      {children}
      {submission.error !== undefined && (
        <p className={styles.error} role="alert">
          {submission.error}
        </p>
      )}
      <DialogActions>
        <Button variant="plain" onClick={handleClose}>
          {t('common.cancel')}
        </Button>
        <Button
          type="submit"
          variant={isDangerous ? 'danger' : 'primary'}
          isBusy={submission.isBusy}
          disabled={!canSubmit}
        >
          {submitLabel}
        </Button>
      </DialogActions>
    </form>
  );
}
