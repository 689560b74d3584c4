import { useEffect, useState } from 'react';
import { GatewayContext, useGateway, useStore } from '../../features/session/gateway-context.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { clearSession, loadSession } from '../../lib/homeserver/session.ts';
import { useLanguage } from '../../lib/i18n/language-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { type Gateway, startGateway } from '../../matrix/gateway.ts';
import { ErrorState } from '../../ui/StateView.tsx';
import { TooltipProvider } from '../../ui/Tooltip.tsx';
import { showToast } from '../../ui/toast-store.ts';
import { Hall } from './Hall.tsx';
import { HallSkeleton } from './HallSkeleton.tsx';

/** The application itself, for whoever is logged in. Give it the session as its `key`. */
export default function HallScene() {
  const [gateway, setGateway] = useState<Gateway>();
  const language = useLanguage((state) => state.language);
  useEffect(() => {
    const session = loadSession();
    if (!session) return;
    const started = startGateway(session, {
      baseUrl: window.location.origin,
      network: window,
      storage: window.localStorage,
    });
    setGateway(started);
    return () => started.stop();
  }, []);
  if (!gateway) return <HallSkeleton />;
  return (
    <GatewayContext value={gateway}>
      <TooltipProvider delay={400}>
        {/* What was read from the server was put into words as well: another language begins with fresh views. */}
        <ConnectedHall key={language} />
      </TooltipProvider>
    </GatewayContext>
  );
}

function ConnectedHall() {
  const connection = useStore(useGateway().connection);
  useEffect(() => {
    if (connection.phase !== 'signed-out') return;
    showToast(t('app.signedOut'));
    clearSession();
  }, [connection.phase]);
  switch (connection.phase) {
    case 'starting':
    case 'signed-out':
      return <HallSkeleton />;
    case 'failed':
      return (
        <ErrorState title={t('hall.failed')} handleRetry={() => window.location.reload()}>
          {describeError(connection.error)}
        </ErrorState>
      );
    default:
      return <Hall />;
  }
}
