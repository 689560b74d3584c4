import { type ComponentType, lazy, type ReactNode, Suspense, useSyncExternalStore } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { withNextPath } from '../features/auth/next-path.ts';
import { loadSession, watchSession } from '../lib/homeserver/session.ts';
import { useLanguage } from '../lib/i18n/language-store.ts';
import { t } from '../lib/i18n/translate.ts';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ErrorState } from '../ui/StateView.tsx';
import styles from './App.module.css';

// The pages at the door never load the Matrix SDK; it comes with the hall.
const LoginScene = lazy(() => import('../scenes/auth/LoginScene.tsx'));
const RegisterScene = lazy(() => import('../scenes/auth/RegisterScene.tsx'));
const SetupScene = lazy(() => import('../scenes/auth/SetupScene.tsx'));
const InviteScene = lazy(() => import('../scenes/invite/InviteScene.tsx'));
const HallScene = lazy(() => import('../scenes/hall/HallScene.tsx'));

/** The access token of this browser's session: changes when it logs in or out, here or in another tab. */
function useAccessToken(): string | undefined {
  return useSyncExternalStore(watchSession, () => loadSession()?.accessToken);
}

/** Every address of the client. */
export function App() {
  const accessToken = useAccessToken();
  // A new language draws everything anew.
  useLanguage();
  return (
    <ErrorBoundary fallback={<PageBroken />}>
      <Suspense fallback={<PageLoading />}>
        <Switch>
          <Route path="/login">{atTheDoor(LoginScene, accessToken)}</Route>
          <Route path="/register">{atTheDoor(RegisterScene, accessToken)}</Route>
          <Route path="/setup" component={SetupScene} />
          <Route path="/invite/:code" component={InviteScene} />
          <Route>{accessToken === undefined ? <ToLogin /> : <HallScene key={accessToken} />}</Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

/** Whoever is logged in already has no business at the door. */
function atTheDoor(Scene: ComponentType, accessToken: string | undefined): ReactNode {
  return accessToken === undefined ? <Scene /> : <Redirect to="/" replace />;
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
