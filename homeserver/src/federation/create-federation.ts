import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Metrics } from '../base/metrics.ts';
import type { OutboundClient } from '../outbound/index.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { RoomsContext } from '../rooms/index.ts';
import type { Storage } from '../storage/index.ts';
import { broadcastsThrough } from '../stream/index.ts';
import { DestinationRecords } from './client/destination-records.ts';
import { SignedClient } from './client/signed-client.ts';
import type { FederationContext } from './context.ts';
import { ServerFinder } from './discovery/server-finder.ts';
import { ServiceRecords, systemSrvResolver } from './discovery/service-records.ts';
import { WellKnown } from './discovery/well-known.ts';
import { JoinsUnderWay } from './joins-under-way.ts';
import { KeyFetcher } from './keys/key-fetcher.ts';
import { loadOwnKeys } from './keys/own-keys.ts';
import { ServerKeyring } from './keys/server-keyring.ts';
import { createServerPolicy, type PolicySettings } from './server-policy.ts';

/** What an admin decides about the federation. */
export interface FederationSettings extends PolicySettings {
  /** Servers that are believed what they say of the keys of others. */
  readonly keyServers: readonly ServerName[];
  /** A file that says where servers are. */
  readonly resolveFile: string | undefined;
}

export interface FederationParts {
  readonly storage: Storage;
  readonly serverName: ServerName;
  readonly rooms: RoomsContext;
  readonly outbound: OutboundClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly settings: FederationSettings;
}

/** The federation as its parts know each other, and what an admin sees of it. */
export interface Federation extends FederationContext {
  readonly destinations: DestinationRecords;
}

/** Puts together how other servers are found, asked and recognised. */
export async function createFederation(parts: FederationParts): Promise<Federation> {
  const { storage, serverName, rooms, outbound, clock, logger, metrics, settings } = parts;
  const ownKeys = await loadOwnKeys(storage);
  const policy = createServerPolicy(serverName, settings);
  const destinations = new DestinationRecords({ storage, clock, logger });
  const finder = new ServerFinder({
    resolveFile: settings.resolveFile,
    wellKnown: new WellKnown({ send: (request) => outbound.send(request), clock }),
    serviceRecords: new ServiceRecords({ resolveSrv: systemSrvResolver(), clock }),
  });
  const client = new SignedClient({
    serverName,
    key: ownKeys.current,
    finder,
    policy,
    destinations,
    outbound,
    metrics,
    logger,
  });
  metrics.gauge({
    name: 'guildhall_federation_failing_destinations',
    help: 'How many of the homeservers that were asked for something do not answer',
    collect: async (gauge) => gauge.set(await storage.destinations.countFailing()),
  });
  metrics.gauge({
    name: 'guildhall_federation_waiting_destinations',
    help: 'For how many homeservers something waits to be sent',
    collect: async (gauge) => gauge.set((await storage.outgoing.servers()).length),
  });
  metrics.gauge({
    name: 'guildhall_federation_staged_events',
    help: 'How many received events are on their way into their rooms',
    collect: async (gauge) => gauge.set(await storage.received.countStaged()),
  });
  const fetcher = new KeyFetcher({ client, notaries: settings.keyServers, clock, logger, metrics });
  const keyring = new ServerKeyring({ serverName, ownKeys, storage, fetcher, clock, logger });
  const { current: key } = ownKeys;
  const joins = new JoinsUnderWay(clock, broadcastsThrough(storage.database));
  return {
    serverName,
    storage,
    rooms,
    clock,
    logger,
    metrics,
    client,
    policy,
    destinations,
    keyring,
    key,
    joins,
  };
}
