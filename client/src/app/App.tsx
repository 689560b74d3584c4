import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { isAddingAccount, withNextPath } from '../features/auth/next-path.ts';
import { beginPage, loadSession, type Session, watchSessions } from '../lib/homeserver/session.ts';
import { useLanguage } from '../lib/i18n/language-store.ts';
import { t } from '../lib/i18n/translate.ts';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ErrorState } from '../ui/StateView.tsx';
import styles from './App.module.css';

// The pages at the door never load the Matrix SDK; it comes with the hall.
const LoginScene = lazy(() => import('../scenes/auth/LoginScene.tsx'));
const ReturnScene = lazy(() => import('../scenes/auth/ReturnScene.tsx'));
const RegisterScene = lazy(() => import('../scenes/auth/RegisterScene.tsx'));
const SetupScene = lazy(() => import('../scenes/auth/SetupScene.tsx'));
const InviteScene = lazy(() => import('../scenes/invite/InviteScene.tsx'));
const HallScene = lazy(() => import('../scenes/hall/HallScene.tsx'));

/**
 * The session that this page is of, for all its life: what one account leaves in memory is never there for another.
 * When it is over, or there is a first one, in another tab, this page begins anew.
 */
function useSession(): Session | undefined {
  const [session] = useState(beginPage);
  useEffect(
    () =>
      watchSessions(() => {
        const now = loadSession();
        if (now?.userId === session?.userId && now?.deviceId === session?.deviceId) return;
        if (session) window.location.assign('/');
        else window.location.reload();
      }),
    [session],
  );
  return session;
}

/** Every address of the client. */
export function App() {
  const session = useSession();
  // A new language draws everything anew.
  useLanguage();
  return (
    <ErrorBoundary fallback={<PageBroken />}>
      <Suspense fallback={<PageLoading />}>
        <Switch>
          <Route path="/login">{atTheDoor(LoginScene, session)}</Route>
          <Route path="/login/return" component={ReturnScene} />
          <Route path="/register">{atTheDoor(RegisterScene, session)}</Route>
          <Route path="/setup" component={SetupScene} />
          <Route path="/invite/:code" component={InviteScene} />
          <Route>{session === undefined ? <ToLogin /> : <HallScene session={session} />}</Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

/** Whoever is logged in already has no business at the door, unless they want another account. */
function atTheDoor(Scene: ComponentType, session: Session | undefined): ReactNode {
  const isOpen = session === undefined || isAddingAccount(window.location.search);
  return isOpen ? <Scene /> : <Redirect to="/" replace />;
}

function ToLogin() {
  const [path] = useLocation();
  return <Redirect to={withNextPath('/login', path)} replace />;
}

function PageBroken() {
  return (
    <ErrorState title={t('app.broken')} handleRetry={() => window.location.reload()}>
      {t('app.brokenText')}
    </ErrorState>
  );
}

function PageLoading() {
  return (
    <div className={styles.loading}>
      <Spinner size={28} label={t('common.loading')} />
    </div>
  );
}
