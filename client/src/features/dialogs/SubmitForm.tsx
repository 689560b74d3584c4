import type { FormEvent, ReactNode } from 'react';
import { t } from '../../lib/i18n/translate.ts';
import { joinClasses } from '../../lib/join-classes.ts';
import { Button } from '../../ui/Button.tsx';
import { DialogActions } from '../../ui/Dialog.tsx';
import styles from './SubmitForm.module.css';
import type { Submission } from './use-submit.ts';

interface SubmitFormProps {
  readonly submission: Submission;
  readonly submitLabel: string;
  readonly isDangerous?: boolean;
  readonly canSubmit?: boolean;
  readonly work: () => Promise<void>;
  /** Closes the dialog that the form is in; a page of settings has nothing to close. */
  readonly handleClose?: () => void;
  readonly children?: ReactNode;
}

/** Fields, what went wrong, and the button that does what they say; in a dialog there is one beside it that does not. */
export function SubmitForm(props: SubmitFormProps) {
  const {
    submission,
    submitLabel,
    isDangerous = false,
    canSubmit = true,
    work,
    handleClose,
    children,
  } = props;
  const handleSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void submission.submit(work);
  };
  const submitButton = (
    <Button
      type="submit"
      variant={isDangerous ? 'danger' : 'primary'}
      isBusy={submission.isBusy}
      disabled={!canSubmit}
    >
      {submitLabel}
    </Button>
  );
  return (
    <form className={joinClasses(styles.form, handleClose && styles.inDialog)} onSubmit={handleSubmit}>
      {children}
      {submission.error !== undefined && (
        <p className={styles.error} role="alert">
          {submission.error}
        </p>
      )}
      {handleClose ? (
        <DialogActions>
          <Button variant="plain" onClick={handleClose}>
            {t('common.cancel')}
          </Button>
          {submitButton}
        </DialogActions>
      ) : (
        <div>{submitButton}</div>
      )}
    </form>
  );
}
