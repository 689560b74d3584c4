import { useState } from 'react';
import { describeError } from '../../lib/homeserver/describe-error.ts';

export interface Submission {
  readonly isBusy: boolean;
  readonly error: string | undefined;
  /** Runs the work; what it throws becomes `error`. */
  readonly submit: (work: () => Promise<void>) => Promise<void>;
  readonly setError: (error: string | undefined) => void;
}

/** The state of a form that asks the server for something. */
export function useSubmit(): Submission {
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string>();
  const submit = async (work: () => Promise<void>): Promise<void> => {
    setIsBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (failure) {
      setError(describeError(failure));
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, error, submit, setError };
}
