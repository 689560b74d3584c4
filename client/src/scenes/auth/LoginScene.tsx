import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { AuthForm } from '../../features/auth/AuthForm.tsx';
import { AuthLayout, FormError } from '../../features/auth/AuthLayout.tsx';
import { isAddingAccount, readNextPath, withNextPath } from '../../features/auth/next-path.ts';
import { OtherWaysIn } from '../../features/auth/OtherWaysIn.tsx';
import { PasswordField } from '../../features/auth/PasswordField.tsx';
import { ServerChoice } from '../../features/auth/ServerChoice.tsx';
import { logIn } from '../../lib/homeserver/auth.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import type { Door } from '../../lib/homeserver/door.ts';
import { type Homeserver, isOwnHomeserver } from '../../lib/homeserver/homeserver.ts';
import { loadSession, readEndedSession } from '../../lib/homeserver/session.ts';
import { findSignInMethods, passwordOnly } from '../../lib/homeserver/sign-in-methods.ts';
import { t } from '../../lib/i18n/translate.ts';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './LoginScene.module.css';

const errorWords = { M_FORBIDDEN: 'auth.wrongPassword' } as const;

/** Logging in: to the server of this page, unless somebody names another one. */
export default function LoginScene() {
  const { search } = window.location;
  const [ended] = useState(readEndedSession);
  const next = readNextPath(search);
  const isAdding = isAddingAccount(search) && ended === undefined;
  const [isAsking, setIsAsking] = useState(false);
  const { homeserver, door, error, setDoor } = useDoor(ended?.baseUrl);
  const isOwn = isOwnHomeserver(homeserver);
  return (
    <AuthLayout
      title={isAdding ? t('auth.addAccount') : t('auth.welcomeBack')}
      lead={isAdding ? t('auth.addAccountLead') : t('auth.loginLead')}
      footer={
        <>
          {isOwn && (
            <>
              {t('auth.newHere')}{' '}
              <Link href={withNextPath('/register', next, isAdding)}>{t('auth.createAccountLink')}</Link>
            </>
          )}
          {loadSession() && (
            <>
              {isOwn && ' · '}
              <Link href="/">{t('auth.backToHall')}</Link>
            </>
          )}
        </>
      }
    >
      {ended && <FormError>{t('app.signedOut')}</FormError>}
      {error !== undefined && <FormError>{error}</FormError>}
      <ServerChoice
        homeserver={homeserver}
        isAsking={isAsking}
        setIsAsking={setIsAsking}
        handleFound={setDoor}
      />
      {!door && error === undefined && (
        <div className={styles.asking} role="status" aria-label={t('common.loading')}>
          <Skeleton height={44} />
          <Skeleton height={44} />
        </div>
      )}
      {door && !isAsking && <WaysIn door={door} userId={ended?.userId} next={next} />}
    </AuthLayout>
  );
}

interface WaysInProps {
  readonly door: Door;
  readonly userId: string | undefined;
  readonly next: string;
}

function WaysIn({ door, userId, next }: WaysInProps) {
  const { hasPassword, oauth, providers } = door.methods;
  const hasNoWay = !hasPassword && !oauth && providers.length === 0;
  return (
    <>
      {hasPassword && <PasswordForm door={door} userId={userId} />}
      <OtherWaysIn {...door} next={next} />
      {hasNoWay && <FormError>{t('server.noWay', { server: door.homeserver.name })}</FormError>}
    </>
  );
}

function PasswordForm({ door, userId }: { readonly door: Door; readonly userId: string | undefined }) {
  const { baseUrl } = door.homeserver;
  return (
    <AuthForm
      submitLabel={t('auth.logIn')}
      errorWords={errorWords}
      authenticate={(form) =>
        logIn(baseUrl, String(form.get('username')).trim(), String(form.get('password')))
      }
    >
      <TextField
        label={t('common.username')}
        name="username"
        defaultValue={userId}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        required
      />
      <PasswordField label={t('common.password')} name="password" autoComplete="current-password" required />
    </AuthForm>
  );
}

interface DoorState {
  readonly homeserver: Homeserver;
  /** Undefined until the server that somebody was at before has been asked: a password is for no other. */
  readonly door: Door | undefined;
  /** Why that server cannot be asked. */
  readonly error: string | undefined;
  readonly setDoor: (door: Door) => void;
}

/** Begins at a server, that of this page unless another one is given; what it offers is asked for meanwhile. */
function useDoor(baseUrl = window.location.origin): DoorState {
  const [first] = useState<Homeserver>({ name: new URL(baseUrl).host, baseUrl });
  const isOwn = isOwnHomeserver(first);
  const [door, setDoor] = useState<Door | undefined>(
    isOwn ? { homeserver: first, methods: passwordOnly } : undefined,
  );
  const [error, setError] = useState<string>();
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    findSignInMethods(first, signal).then(
      // Whoever has named another server meanwhile stays there.
      (methods) =>
        signal.aborted ||
        setDoor((known) =>
          known === undefined || known.homeserver === first ? { homeserver: first, methods } : known,
        ),
      (failure: unknown) => signal.aborted || isOwn || setError(describeError(failure)),
    );
    return () => abort.abort();
  }, [first, isOwn]);
  return { homeserver: door?.homeserver ?? first, door, error, setDoor };
}
