import type { Database } from '../database/database.ts';
import {
  defineDelete,
  defineInsertIgnore,
  defineQuery,
  defineUpdate,
  defineUpsert,
} from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** Events of a room that another server has to get: those of the log from one position to another that are for it. */
export interface OutgoingRoom {
  readonly roomNid: number;
  readonly first: number;
  readonly last: number;
}

/** A message to another server that is no event, and must not be lost: an EDU. */
export interface OutgoingMessage {
  /** A newer message with the same one replaces an older. */
  readonly key: string;
  /** Orders the messages of a server. */
  readonly ts: number;
  /** JSON. */
  readonly edu: string;
}

const ROOM = { server: 'text', room_nid: 'bigint', first: 'bigint', last: 'bigint' } as const;
const insertRoom = defineInsertIgnore('outgoing_rooms', ROOM);
const beginAnew = defineUpsert(
  'outgoing_rooms',
  ROOM,
  ['server', 'room_nid'],
  'outgoing_rooms.first > outgoing_rooms.last',
);
const extendRoom = defineUpdate('outgoing_rooms', { server: 'text', room_nid: 'bigint', last: 'bigint' }, [
  'server',
  'room_nid',
]);
const advanceRoom = defineUpdate('outgoing_rooms', { server: 'text', room_nid: 'bigint', first: 'bigint' }, [
  'server',
  'room_nid',
]);
const upsertMessage = defineUpsert(
  'outgoing_messages',
  { server: 'text', key: 'text', ts: 'bigint', edu: 'text' },
  ['server', 'key'],
);
const deleteMessage = defineDelete('outgoing_messages', { server: 'text', key: 'text', ts: 'bigint' });
const waitingRooms = defineQuery<[string, number], OutgoingRoom>(
  `SELECT room_nid AS "roomNid", first, last FROM outgoing_rooms
   WHERE server = ? AND first <= last ORDER BY first LIMIT ?`,
);
const waitingMessages = defineQuery<[string, number], OutgoingMessage>(
  'SELECT key, ts, edu FROM outgoing_messages WHERE server = ? ORDER BY ts LIMIT ?',
);
const waitingServers = defineQuery<[], { server: string }>(
  `SELECT server FROM outgoing_rooms WHERE first <= last
   UNION SELECT server FROM outgoing_messages`,
);

const DELETE_BEYOND = `DELETE FROM outgoing_messages WHERE (server, key) IN (
  SELECT server, key FROM (
    SELECT server, key, row_number() OVER (PARTITION BY server ORDER BY ts DESC) AS place
    FROM outgoing_messages WHERE key LIKE ?
  ) AS ranked WHERE place > ?)`;

/** What is to be sent to other servers: positions for events, which stand in the log, and messages themselves. */
export class OutgoingStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes, in a unit, that a server has to get events of a room: the first and the last of them, as positions. */
  noteEvents(unit: UnitOfWork, server: string, { roomNid, first, last }: OutgoingRoom): void {
    const key = { server, room_nid: roomNid };
    unit.write(insertRoom, { ...key, first, last });
    // Where all that came before was sent, what lies between need not be looked at. In whichever order these are
    // written, nothing is left out.
    unit.write(beginAnew, { ...key, first, last });
    unit.write(extendRoom, { ...key, last });
  }

  /** Notes, in a unit, that a server has all events of a room before a position. */
  advance(unit: UnitOfWork, server: string, roomNid: number, first: number): void {
    unit.write(advanceRoom, { server, room_nid: roomNid, first });
  }

  /** Adds a message, in a unit. Whichever process sends hears of it. */
  addMessage(unit: UnitOfWork, server: string, { key, ts, edu }: OutgoingMessage): void {
    unit.write(upsertMessage, { server, key, ts, edu });
    unit.invalidate('outgoing', server);
  }

  /** Deletes a message that was sent, in a unit, unless it was replaced meanwhile. */
  deleteMessage(unit: UnitOfWork, server: string, { key, ts }: OutgoingMessage): void {
    unit.write(deleteMessage, { server, key, ts });
  }

  /**
   * Deletes, in a unit, those messages whose keys begin with a text and that are from before a time, and of each server
   * the oldest such beyond a number.
   */
  deleteExcess(
    unit: UnitOfWork,
    { prefix, before, most }: { readonly prefix: string; readonly before: number; readonly most: number },
  ): void {
    const pattern = `${prefix}%`;
    unit.run('DELETE FROM outgoing_messages WHERE key LIKE ? AND ts < ?', [pattern, before]);
    unit.run(DELETE_BEYOND, [pattern, most]);
  }

  /** The rooms of which a server has to get events, the one that waits longest first. */
  rooms(server: string, limit: number): Promise<OutgoingRoom[]> {
    return this.#database.all(waitingRooms, [server, limit]);
  }

  /** The oldest messages to a server. */
  messages(server: string, limit: number): Promise<OutgoingMessage[]> {
    return this.#database.all(waitingMessages, [server, limit]);
  }

  /** The servers for which anything waits. */
  async servers(): Promise<string[]> {
    return (await this.#database.all(waitingServers, [])).map(({ server }) => server);
  }
}
