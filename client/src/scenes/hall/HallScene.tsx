import { useEffect, useState } from 'react';
import { GatewayContext, useGateway, useStore } from '../../features/session/gateway-context.ts';
import { describeError } from '../../lib/homeserver/describe-error.ts';
import { findFate } from '../../lib/homeserver/ended-session.ts';
import {
  dropEndedSession,
  keepTokens,
  loadSession,
  type Session,
  watchSessions,
} from '../../lib/homeserver/session.ts';
import { useLanguage } from '../../lib/i18n/language-store.ts';
import { t } from '../../lib/i18n/translate.ts';
import { keepItem, tryToKeep } from '../../lib/keep-item.ts';
import { type Gateway, startGateway } from '../../matrix/gateway.ts';
import { ErrorState } from '../../ui/StateView.tsx';
import { TooltipProvider } from '../../ui/Tooltip.tsx';
import { Hall } from './Hall.tsx';
import { HallSkeleton } from './HallSkeleton.tsx';

/** The application itself, for whoever is logged in. */
export default function HallScene({ session }: { readonly session: Session }) {
  const [gateway, setGateway] = useState<Gateway>();
  const language = useLanguage((state) => state.language);
  useEffect(() => {
    const started = startGateway(session, {
      keepSession: (renewed) => tryToKeep('session', () => keepTokens(renewed)),
      network: window,
      storage: { getItem: (key) => localStorage.getItem(key), setItem: keepItem },
    });
    const leave = watchSessions(() => {
      const now = loadSession();
      if (now?.deviceId === session.deviceId) started.adoptTokens(now);
    });
    setGateway(started);
    return () => {
      leave();
      started.stop();
    };
  }, [session]);
  if (!gateway) return <HallSkeleton />;
  return (
    <GatewayContext value={gateway}>
      <TooltipProvider delay={400}>
        {/* What was read from the server was put into words as well: another language begins with fresh views. */}
        <ConnectedHall key={language} session={session} />
      </TooltipProvider>
    </GatewayContext>
  );
}

function ConnectedHall({ session }: { readonly session: Session }) {
  const connection = useStore(useGateway().connection);
  useEffect(() => {
    if (connection.phase !== 'signed-out') return;
    let isCurrent = true;
    void findFate(session).then((fate) => {
      // Whoever logs out is on their way already.
      if (!isCurrent || fate === 'logged-out') return;
      if (fate === 'goes-on') return window.location.reload();
      dropEndedSession(session);
      window.location.assign('/login?add');
    });
    return () => {
      isCurrent = false;
    };
  }, [connection.phase, session]);
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
