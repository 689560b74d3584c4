import type { FederationClient } from '../../src/federation/context.ts';
import { EventStatus } from '../../src/storage/index.ts';
import type { SynapseServer } from '../synapse-server.ts';
import type { TestServer } from '../test-server.ts';
import type { TestUser } from '../test-user.ts';

/** A server as those see it who part it from others. */
export interface SeparableServer {
  readonly name: string;
  register(localpart: string): Promise<TestUser>;
  /** Lets it try others again at once that did not answer. */
  forgive(others: readonly string[]): Promise<void>;
  /** Whether it has an event and its place in the room, shown to clients or not. @throws if it has rejected it. */
  has(eventId: string): Promise<boolean>;
}

/** One of ours. */
export function separable(server: TestServer): SeparableServer {
  return {
    name: server.serverName,
    register: (localpart) => server.register(localpart),
    async forgive(others) {
      const { destinations } = server.federation;
      for (const other of others) {
        if (!(await destinations.isReachable(other))) await destinations.pardon(other);
      }
    },
    async has(eventId) {
      const event = await server.rooms.storage.events.getById(eventId);
      if (event?.status === EventStatus.Rejected) throw new Error(`${eventId} was rejected`);
      return event !== undefined && event.snapshotNid !== 0;
    },
  };
}

/** A Synapse. It tries others again by itself. @param asker is in the same rooms. */
export function separableSynapse(synapse: SynapseServer, asker: TestServer): SeparableServer {
  const client: FederationClient = asker.federation.client;
  return {
    name: synapse.serverName,
    register: (localpart) => synapse.register(localpart),
    forgive: async () => undefined,
    async has(eventId) {
      const path = `/_matrix/federation/v1/event/${encodeURIComponent(eventId)}`;
      const request = { destination: synapse.serverName, method: 'GET', path } as const;
      return await client.request(request).then(
        () => true,
        () => false,
      );
    },
  };
}
