import { useEffect, useState } from 'react';
import { GatewayContext, useGateway, useStore } from '../../features/session/gateway-context.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { clearSession, loadSession } from '../../lib/homeserver/session.ts';
import { type Gateway, startGateway } from '../../matrix/gateway.ts';
import { ErrorState } from '../../ui/StateView.tsx';
import { TooltipProvider } from '../../ui/Tooltip.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { Hall } from './Hall.tsx';
import { HallSkeleton } from './HallSkeleton.tsx';

/** The application itself, for whoever is logged in. Give it the session as its `key`. */
export default function HallScene() {
  const [gateway, setGateway] = useState<Gateway>();
  useEffect(() => {
    const session = loadSession();
    if (!session) return;
    const started = startGateway(session, { baseUrl: window.location.origin, network: window });
    setGateway(started);
    return () => started.stop();
  }, []);
  if (!gateway) return <HallSkeleton />;
  return (
    <GatewayContext value={gateway}>
      <TooltipProvider delay={400}>
        <ConnectedHall />
      </TooltipProvider>
    </GatewayContext>
  );
}

function ConnectedHall() {
  const connection = useStore(useGateway().connection);
  useEffect(() => {
    if (connection.phase !== 'signed-out') return;
    showToast('You were signed out. Log in again.');
    clearSession();
  }, [connection.phase]);
  switch (connection.phase) {
    case 'starting':
    case 'signed-out':
      return <HallSkeleton />;
    case 'failed':
      return (
        <ErrorState title="Couldn't open the hall" handleRetry={() => window.location.reload()}>
          {describeError(connection.error)}
        </ErrorState>
      );
    default:
      return <Hall />;
  }
}
