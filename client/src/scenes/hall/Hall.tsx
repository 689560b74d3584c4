import { Suspense, useEffect } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { closeDialog, type DialogRequest, useDialog } from '../../app/dialog-store.ts';
import { requestJump } from '../../app/jump-store.ts';
import { buildChannelPath, buildGuildPath, buildHomePath, parsePath } from '../../app/paths.ts';
import { useHallKeys } from '../../app/use-hall-keys.ts';
import { DesktopAlerts } from '../../features/notifications/DesktopAlerts.tsx';
import { useGateway, useStore } from '../../features/session/gateway-context.ts';
import { t } from '../../lib/i18n/translate.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { startServiceWorker } from '../../lib/service-worker.ts';
import { useLazy } from '../../lib/use-lazy.ts';
import { setTitleBadge } from '../../lib/use-title.ts';
import { rollUpUnread } from '../../matrix/unread.ts';
import { ErrorBoundary } from '../../ui/ErrorBoundary.tsx';
import { Spinner } from '../../ui/Spinner.tsx';
import { ErrorState } from '../../ui/StateView.tsx';
import { Toasts } from '../../ui/Toasts.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { GuildPlace } from './GuildPlace.tsx';
import styles from './Hall.module.css';
import { HomePlace } from './HomePlace.tsx';

const loadSettings = () => import('../settings/SettingsScene.tsx');
const loadGuildSettings = () => import('../settings/GuildSettingsScene.tsx');
const loadChannelSettings = () => import('../settings/ChannelSettingsScene.tsx');
const loadDialogs = () => import('../../features/dialogs/DialogHost.tsx');

/** Guilds, channels and what is open, side by side. */
export function Hall() {
  useHallKeys();
  useEffect(startServiceWorker, []);
  return (
    <>
      <Switch>
        <Route path="/home/:channelId?">
          {({ channelId }) => <HomePlace key="home" channelId={channelId} />}
        </Route>
        <Route path="/guilds/:guildId/:channelId?">
          {({ guildId, channelId }) => <GuildPlace key={guildId} guildId={guildId} channelId={channelId} />}
        </Route>
        <Route path="/home/:channelId/:eventId" component={LinkedMessage} />
        <Route path="/guilds/:guildId/:channelId/:eventId" component={LinkedMessage} />
        <Route path="/settings/:pageId?">{({ pageId }) => <Settings pageId={pageId} />}</Route>
        <Route path="/guild-settings/:guildId/:pageId?">
          {({ guildId, pageId }) => <GuildSettings key={guildId} guildId={guildId} pageId={pageId} />}
        </Route>
        <Route path="/channel-settings/:channelId/:pageId?">
          {({ channelId, pageId }) => (
            <ChannelSettings key={channelId} channelId={channelId} pageId={pageId} />
          )}
        </Route>
        <Route>
          <FrontDoor />
        </Route>
      </Switch>
      <OpenDialog />
      <TitleBadge />
      <DesktopAlerts />
      <Toasts />
    </>
  );
}

/** Leads from the address of a message to its channel, which shows it once it is open. */
function LinkedMessage() {
  const [path, navigate] = useLocation();
  useEffect(() => {
    const { guildId, channelId, eventId } = parsePath(path);
    if (channelId === undefined || eventId === undefined) return;
    requestJump(channelId, eventId);
    navigate(buildChannelPath(guildId, channelId), { replace: true });
  }, [path, navigate]);
  return null;
}

/** Leads to where somebody was last, if that is still theirs. */
function FrontDoor() {
  const guilds = useStore(useGateway().guilds);
  const lastPath = usePreferences((state) => state.lastPath);
  const isOurs = guilds.some(({ guildId }) => lastPath?.startsWith(buildGuildPath(guildId)));
  return <Redirect to={lastPath !== undefined && isOurs ? lastPath : buildHomePath()} replace />;
}

function Settings(props: { readonly pageId: string | undefined }) {
  const SettingsScene = useLazy(loadSettings);
  return (
    <ErrorBoundary fallback={<SceneBroken />}>
      <Suspense fallback={<SceneLoading />}>
        <SettingsScene {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}

interface GuildSettingsProps {
  readonly guildId: string;
  readonly pageId: string | undefined;
}

function GuildSettings(props: GuildSettingsProps) {
  const GuildSettingsScene = useLazy(loadGuildSettings);
  return (
    <ErrorBoundary fallback={<SceneBroken />}>
      <Suspense fallback={<SceneLoading />}>
        <GuildSettingsScene {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}

interface ChannelSettingsProps {
  readonly channelId: string;
  readonly pageId: string | undefined;
}

function ChannelSettings(props: ChannelSettingsProps) {
  const ChannelSettingsScene = useLazy(loadChannelSettings);
  return (
    <ErrorBoundary fallback={<SceneBroken />}>
      <Suspense fallback={<SceneLoading />}>
        <ChannelSettingsScene {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}

function SceneLoading() {
  return (
    <div className={styles.loading}>
      <Spinner size={28} label={t('common.loading')} />
    </div>
  );
}

/** A scene is loaded when it is first opened, which needs the server. */
function SceneBroken() {
  return <ErrorState title={t('hall.dialogBroken')} handleRetry={() => window.location.reload()} />;
}

function OpenDialog() {
  const request = useDialog((state) => state.request);
  return request ? <LoadedDialog key={request.kind} request={request} /> : null;
}

function LoadedDialog({ request }: { readonly request: DialogRequest }) {
  const DialogHost = useLazy(loadDialogs);
  return (
    <ErrorBoundary fallback={<DialogBroken />}>
      <Suspense>
        <DialogHost request={request} />
      </Suspense>
    </ErrorBoundary>
  );
}

/** A dialog is loaded when it is first opened, which needs the server. */
function DialogBroken() {
  useEffect(() => {
    showToast(t('hall.dialogBroken'), 'danger');
    closeDialog();
  }, []);
  return null;
}

/** Counts in the title of the tab what is meant for us. */
function TitleBadge() {
  const gateway = useGateway();
  const guilds = useStore(gateway.guilds);
  const { total } = useStore(gateway.home);
  const { mentions } = rollUpUnread([...guilds, total]);
  useEffect(() => {
    setTitleBadge(mentions);
    return () => setTitleBadge(0);
  }, [mentions]);
  return null;
}
