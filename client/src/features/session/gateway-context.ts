import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Gateway } from '../../matrix/gateway.ts';
import type { Readable } from '../../matrix/store.ts';

export const GatewayContext = createContext<Gateway | undefined>(undefined);

/** The gateway of the session that is on the screen. */
export function useGateway(): Gateway {
  const gateway = useContext(GatewayContext);
  if (!gateway) throw new Error('This view needs a running gateway above it.');
  return gateway;
}

/** The snapshot of a store, kept current. */
export function useStore<Snapshot>(store: Readable<Snapshot>): Snapshot {
  return useSyncExternalStore(store.subscribe, store.getSnapshot);
}
