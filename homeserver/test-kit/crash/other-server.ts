import type { Pdu } from '../../src/protocol/events.ts';
import { parseJson } from '../../src/protocol/json-numbers.ts';
import { openSnapshot } from '../../src/storage/database/open-snapshot.ts';
import { defineQuery } from '../../src/storage/database/sql.ts';
import { fight, gatherPeople, pick } from '../random-history.ts';
import { RemoteRoom } from '../remote-room.ts';
import type { CrashProcess } from './crash-process.ts';
import type { Ledger } from './ledger.ts';
import { anyServer, isRunning, type World } from './world.ts';

const timeline = defineQuery<[string], { eventId: string; json: string }>(
  `SELECT event_id AS "eventId", json FROM log JOIN events ON events.nid = ref JOIN rooms ON rooms.nid = events.room_nid
   WHERE kind = 1 AND room_id = ? ORDER BY position`,
);

/** The server on the other side of a room: it goes on when ours is killed, and sends again what was not answered. */
export class OtherServer {
  readonly #remote: RemoteRoom;
  readonly #databaseUrl: string;
  readonly #ledger: Ledger;
  /** Its own events that ours has not confirmed, in order. */
  #toSend: string[] = [];

  private constructor(remote: RemoteRoom, databaseUrl: string, ledger: Ledger) {
    this.#remote = remote;
    this.#databaseUrl = databaseUrl;
    this.#ledger = ledger;
  }

  /** Makes a room there, lets somebody of our server in, and lets that know all that happened in it so far. */
  static async begin(
    { dice, ledger }: Pick<World, 'dice' | 'ledger'>,
    server: CrashProcess,
    databaseUrl: string,
    guest: string,
  ): Promise<OtherServer> {
    const roomVersion = pick(['6', '11', '12'], dice);
    const remote = await RemoteRoom.create(roomVersion);
    const [eventId = '', ...rest] = remote.eventIds;
    const event = JSON.stringify(remote.pdu(eventId));
    await server.ask({ kind: 'adopt', roomId: remote.roomId, eventId, roomVersion, event });
    const other = new OtherServer(remote, databaseUrl, ledger);
    await gatherPeople(remote);
    other.#toSend = [...rest, ...remote.eventIds.slice(1 + rest.length)];
    await other.catchUp(() => server);
    await server.ask({ kind: 'join', roomId: remote.roomId, userId: guest });
    return other;
  }

  get roomId(): string {
    return this.#remote.roomId;
  }

  /** People there fight, on branches that meet with what is sent here, until our servers are gone. */
  async fight(world: World): Promise<void> {
    const bystanders = world.people.map(({ userId }) => userId);
    while (isRunning(world)) {
      await this.#learn();
      const known = this.#remote.eventIds.length;
      await fight(this.#remote, world.dice, 6, bystanders);
      this.#toSend.push(...this.#remote.eventIds.slice(known));
      await this.catchUp(() => anyServer(world));
    }
  }

  /** Sends what was not answered, in order, until all of it is or nobody answers. */
  async catchUp(server: () => CrashProcess): Promise<void> {
    for (let eventId = this.#toSend[0]; eventId !== undefined; eventId = this.#toSend[0]) {
      const event = JSON.stringify(this.#remote.json(eventId));
      const asked = server();
      const outcome = await asked.ask({ kind: 'receive', roomId: this.roomId, event });
      this.#ledger.receive(this.roomId, eventId, outcome);
      if (outcome !== undefined) this.#toSend.shift();
      else if (server().isGone) return;
    }
  }

  /** Takes in what was sent here. */
  async #learn(): Promise<void> {
    const snapshot = await openSnapshot(this.#databaseUrl);
    try {
      const known = new Set(this.#remote.eventIds);
      for (const { eventId, json } of await snapshot.all(timeline, [this.roomId])) {
        if (!known.has(eventId)) await this.#remote.learn(eventId, parseJson(json) as Pdu);
      }
    } finally {
      await snapshot.close();
    }
  }
}
