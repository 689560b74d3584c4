import { type FormEvent, type ReactNode, useState } from 'react';
import { describeError, readErrcode } from '../../lib/homeserver/describe-error.ts';
import { type Session, saveSession } from '../../lib/homeserver/session.ts';
import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import styles from './AuthForm.module.css';
import { FormError } from './AuthLayout.tsx';
import { readNextPath } from './next-path.ts';

interface AuthFormProps {
  readonly submitLabel: string;
  readonly children: ReactNode;
  /** Reads the form and obtains a session; what it throws is shown above the button. */
  readonly authenticate: (form: FormData) => Promise<Session>;
  /** Words for errors that mean something special here, by error code. */
  readonly errorWords?: Readonly<Record<string, PlainMessageKey>>;
}

/** A form that ends in a session: it keeps it and goes on to where the person wanted to go. */
export function AuthForm({ submitLabel, children, authenticate, errorWords = {} }: AuthFormProps) {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();

  const handleSubmit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    setError(undefined);
    try {
      saveSession(await authenticate(new FormData(event.currentTarget)));
      // A new page: it is of this account for all its life.
      window.location.replace(readNextPath(window.location.search));
    } catch (failure) {
      const words = errorWords[readErrcode(failure) ?? ''];
      setError(words === undefined ? describeError(failure) : t(words));
      setIsBusy(false);
    }
  };

  return (
    <form className={styles.form} onSubmit={handleSubmit}>
      {children}
      {error !== undefined && <FormError>{error}</FormError>}
      <Button className={styles.submit} type="submit" variant="primary" isWide isBusy={isBusy}>
        {submitLabel}
      </Button>
    </form>
  );
}
