import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { useDialog } from '../../app/dialog-store.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { Toasts } from '../../ui/Toasts.tsx';
import { GuildPlace } from './GuildPlace.tsx';
import { HomePlace } from './HomePlace.tsx';

const DialogHost = lazy(() => import('../../features/dialogs/DialogHost.tsx'));

/** Guilds, channels and what is open, side by side. */
export function Hall() {
  return (
    <>
      <Switch>
        <Route path="/home/:channelId?">
          {({ channelId }) => <HomePlace key="home" channelId={channelId} />}
        </Route>
        <Route path="/guilds/:guildId/:channelId?">
          {({ guildId, channelId }) => <GuildPlace key={guildId} guildId={guildId} channelId={channelId} />}
        </Route>
        <Route>
          <FrontDoor />
        </Route>
      </Switch>
      <OpenDialog />
      <Toasts />
    </>
  );
}

/** Leads to where somebody was last. */
function FrontDoor() {
  const lastPath = usePreferences((state) => state.lastPath);
  return <Redirect to={lastPath ?? '/home'} replace />;
}

function OpenDialog() {
  const request = useDialog((state) => state.request);
  return <Suspense>{request && <DialogHost request={request} />}</Suspense>;
}
