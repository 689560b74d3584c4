import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { AuthLayout } from '../../features/auth/AuthLayout.tsx';
import { inviteCodeIn, readNextPath, withNextPath } from '../../features/auth/next-path.ts';
import { RegistrationForm } from '../../features/auth/RegistrationForm.tsx';
import { findRegistrationMode, isTokenValid, type RegistrationMode } from '../../lib/homeserver/auth.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import styles from './RegisterScene.module.css';

type Probe =
  | { readonly mode: RegistrationMode; readonly token?: string }
  | { readonly error: unknown }
  | undefined;

/** Creating an account, if this server lets people in. */
export default function RegisterScene() {
  const next = readNextPath(window.location.search);
  const [probe, setProbe] = useState<Probe>();
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt asks again.
  useEffect(() => {
    const abort = new AbortController();
    setProbe(undefined);
    probeDoor(inviteCodeIn(next), abort.signal).then(
      setProbe,
      (error: unknown) => abort.signal.aborted || setProbe({ error }),
    );
    return () => abort.abort();
  }, [attempt, next]);

  const isClosed = probe !== undefined && 'mode' in probe && probe.mode === 'closed';
  return (
    <AuthLayout
      title={isClosed ? t('auth.doorsClosed') : t('auth.createYours')}
      lead={isClosed ? t('auth.doorsClosedText') : t('auth.oneAccount')}
      footer={
        <>
          {t('auth.haveAccount')} <Link href={withNextPath('/login', next)}>{t('auth.logIn')}</Link>
        </>
      }
    >
      <RegisterBody probe={probe} handleRetry={() => setAttempt(attempt + 1)} />
    </AuthLayout>
  );
}

function RegisterBody({ probe, handleRetry }: { readonly probe: Probe; readonly handleRetry: () => void }) {
  if (probe === undefined) return <FormSkeleton />;
  if ('error' in probe) {
    return (
      <ErrorState size="panel" title={t('auth.couldNotAsk')} handleRetry={handleRetry}>
        {describeError(probe.error)}
      </ErrorState>
    );
  }
  if (probe.mode === 'closed') {
    return (
      <Button className={styles.retry} isWide onClick={handleRetry}>
        {t('auth.lookAgain')}
      </Button>
    );
  }
  const { mode, token } = probe;
  return (
    <RegistrationForm
      submitLabel={t('auth.createAccount')}
      asksForToken={mode === 'token' && token === undefined}
      {...(token !== undefined && { token })}
    />
  );
}

/** How people get in here; where a token is asked for, the invite that brought them may be one. */
async function probeDoor(inviteCode: string | undefined, signal: AbortSignal): Promise<Probe> {
  const mode = await findRegistrationMode(signal);
  const isToken = mode === 'token' && inviteCode !== undefined && (await isTokenValid(inviteCode, signal));
  return isToken ? { mode, token: inviteCode } : { mode };
}

function FormSkeleton() {
  return (
    <div className={styles.skeleton} role="status" aria-label={t('common.loading')}>
      {[1, 2].map((field) => (
        <div key={field} className={styles.field}>
          <Skeleton width={88} />
          <Skeleton height={44} />
        </div>
      ))}
      <Skeleton height={44} />
    </div>
  );
}
