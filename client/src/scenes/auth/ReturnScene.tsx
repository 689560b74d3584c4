import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { AuthLayout, FormError } from '../../features/auth/AuthLayout.tsx';
import { readNextPath } from '../../features/auth/next-path.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { saveSession } from '../../lib/homeserver/session.ts';
import { finishVisit, RefusedVisitError, UnknownVisitError } from '../../lib/homeserver/visit.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Spinner } from '../../ui/Spinner.tsx';
import styles from './ReturnScene.module.css';

let finishing: ReturnType<typeof finishVisit> | undefined;

/** Where people come back to from the page at which a server has signed them in. */
export default function ReturnScene() {
  const [error, setError] = useState<string>();
  useEffect(() => {
    // What they bring counts once.
    finishing ??= finishVisit(new URLSearchParams(window.location.search));
    finishing.then(
      ({ session, next }) => {
        saveSession(session);
        window.location.replace(readNextPath(`?${new URLSearchParams({ next })}`));
      },
      (failure: unknown) => setError(describeReturn(failure)),
    );
  }, []);
  return (
    <AuthLayout
      title={error === undefined ? t('auth.returning') : t('auth.returnFailed')}
      footer={error !== undefined && <Link href="/login?add">{t('auth.backToLogin')}</Link>}
    >
      {error === undefined ? (
        <div className={styles.waiting}>
          <Spinner size={28} label={t('common.loading')} />
        </div>
      ) : (
        <FormError>{error}</FormError>
      )}
    </AuthLayout>
  );
}

function describeReturn(failure: unknown): string {
  if (failure instanceof UnknownVisitError) return t('auth.unknownVisit');
  if (failure instanceof RefusedVisitError) return t('auth.refusedVisit');
  return describeError(failure);
}
