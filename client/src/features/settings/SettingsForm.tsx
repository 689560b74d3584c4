import type { FormEvent, ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import type { Submission } from '../dialogs/use-submit.ts';
import styles from './SettingsForm.module.css';

interface SettingsFormProps {
  readonly submission: Submission;
  readonly submitLabel: string;
  readonly isDangerous?: boolean;
  readonly canSubmit: boolean;
  readonly work: () => Promise<void>;
  readonly children: ReactNode;
}

/** Fields of a page of settings with the button that keeps what they say. */
export function SettingsForm({
  submission,
  submitLabel,
  isDangerous = false,
  canSubmit,
  work,
  children,
}: SettingsFormProps) {
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
      <div>
        <Button
          type="submit"
          variant={isDangerous ? 'danger' : 'primary'}
          isBusy={submission.isBusy}
          disabled={!canSubmit}
        >
          {submitLabel}
        </Button>
      </div>
    </form>
  );
}
