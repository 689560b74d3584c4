import type { FederationClient } from '../../src/federation/context.ts';
import { EventStatus } from '../../src/storage/index.ts';
import type { SynapseServer } from '../synapse-server.ts';
import type { TestServer } from '../test-server.ts';
import { roomPath, type TestUser } from '../test-user.ts';

/** A server as those see it who part it from others. */
export interface SeparableServer {
  readonly name: string;
  register(localpart: string): Promise<TestUser>;
  /** Lets it try others again at once that did not answer. */
  forgive(others: readonly string[]): Promise<void>;
  /** Whether it has an event and its place in the room, shown to clients or not. @throws if it has rejected it. */
  has(eventId: string, roomId: string): Promise<boolean>;
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

/** A Synapse. @param asker is in the same rooms. */
export function separableSynapse(synapse: SynapseServer, asker: TestServer): SeparableServer {
  const client: FederationClient = asker.federation.client;
  const people: TestUser[] = [];
  let admin: Promise<TestUser> | undefined;
  return {
    name: synapse.serverName,
    async register(localpart) {
      const user = await synapse.register(localpart);
      people.push(user);
      return user;
    },
    async forgive(others) {
      // It looks once a minute whom it might try again, unless it is told to.
      admin ??= synapse.registerAdmin('keeper');
      for (const other of others) {
        const destination = `/_synapse/admin/v1/federation/destinations/${other}`;
        const { body } = await (await admin).request('GET', destination);
        if (body.retry_interval > 0)
          await (await admin).request('POST', `${destination}/reset_connection`, {});
      }
    },
    async has(eventId, roomId) {
      const path = `/_matrix/federation/v1/event/${encodeURIComponent(eventId)}`;
      const request = { destination: synapse.serverName, method: 'GET', path } as const;
      const answer = await client.request(request).catch(() => undefined);
      if (answer !== undefined) return true;
      // It drops what it is sent while it cannot ask for what was before. What it is told of later does not always bring
      // all of that: it gets the rest when somebody scrolls there.
      for (const user of people) await scrollThrough(user, roomId);
      return false;
    },
  };
}

/** Reads a room's history as far as it goes, if the user may. */
async function scrollThrough(user: TestUser, roomId: string): Promise<void> {
  for (let from = ''; ; ) {
    const page = await user.request('GET', `${roomPath(roomId)}/messages?dir=b&limit=100${from}`);
    if (page.status !== 200 || page.body.end === undefined) return;
    from = `&from=${encodeURIComponent(page.body.end)}`;
  }
}
