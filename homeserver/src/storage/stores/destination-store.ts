import type { Database } from '../database/database.ts';
import { defineInsertIgnore, defineQuery, defineUpsert } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** That a server does not answer, since when, and when it is asked again. Times are milliseconds since the Unix epoch. */
export interface FailingDestination {
  readonly failingSinceTs: number;
  readonly failedTs: number;
  readonly retryTs: number;
  /** For the admin. */
  readonly reason: string;
}

/** A server that was asked for something. */
export interface StoredDestination {
  readonly serverName: string;
  /** Undefined while it answers. */
  readonly failing: FailingDestination | undefined;
  /** The position of the log up to which it has got what is for it; undefined if nothing ever was. */
  readonly sentPosition: number | undefined;
}

interface Row {
  readonly serverName: string;
  readonly failingSinceTs: number | null;
  readonly failedTs: number | null;
  readonly retryTs: number | null;
  readonly reason: string | null;
  readonly sentPosition: number | null;
}

const DESTINATION = {
  server_name: 'text',
  failing_since_ts: 'bigint?',
  failed_ts: 'bigint?',
  retry_ts: 'bigint?',
  reason: 'text?',
} as const;
/** The position of the log up to which a server has got what is for it; null if nothing ever was. */
const SENT = `COALESCE(
  (SELECT min(first) - 1 FROM outgoing_rooms WHERE server = server_name AND first <= last),
  (SELECT max(last) FROM outgoing_rooms WHERE server = server_name))`;
const COLUMNS = `server_name AS "serverName", failing_since_ts AS "failingSinceTs", failed_ts AS "failedTs",
  retry_ts AS "retryTs", reason, ${SENT} AS "sentPosition"`;

/** What servers can be listed by. */
export const DESTINATION_ORDERS = [
  'destination',
  'retry_last_ts',
  'retry_interval',
  'failure_ts',
  'last_successful_stream_ordering',
] as const;

export type DestinationOrder = (typeof DESTINATION_ORDERS)[number];

const ORDER_BY: Readonly<Record<DestinationOrder, string>> = {
  destination: 'server_name',
  retry_last_ts: 'COALESCE(failed_ts, 0)',
  retry_interval: 'COALESCE(retry_ts - failed_ts, 0)',
  failure_ts: 'COALESCE(failing_since_ts, 0)',
  last_successful_stream_ordering: `COALESCE(${SENT}, 0)`,
};

/** A page of the servers whose name contains a text. */
export interface DestinationPage {
  /** Empty for all. */
  readonly containing: string;
  readonly order: DestinationOrder;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** A room of which a server got, or is to get, events. */
export interface DestinationRoom {
  readonly roomId: string;
  /** Of the newest of them, in the log. */
  readonly position: number;
}

const upsertDestination = defineUpsert('destinations', DESTINATION, ['server_name']);
const addDestination = defineInsertIgnore('destinations', DESTINATION);
const byName = defineQuery<[string], Row>(`SELECT ${COLUMNS} FROM destinations WHERE server_name = ?`);
const MATCHING = `WHERE server_name LIKE ? ESCAPE '!'`;
const listing = (order: DestinationOrder, direction: 'ASC' | 'DESC') =>
  defineQuery<[string, number, number], Row>(
    `SELECT ${COLUMNS} FROM destinations ${MATCHING}
     ORDER BY ${ORDER_BY[order]} ${direction}, server_name ${direction} LIMIT ? OFFSET ?`,
  );
const inBothDirections = (order: DestinationOrder) => ({
  rising: listing(order, 'ASC'),
  falling: listing(order, 'DESC'),
});
const listings = {
  destination: inBothDirections('destination'),
  retry_last_ts: inBothDirections('retry_last_ts'),
  retry_interval: inBothDirections('retry_interval'),
  failure_ts: inBothDirections('failure_ts'),
  last_successful_stream_ordering: inBothDirections('last_successful_stream_ordering'),
};
const ROOMS = `SELECT room_id AS "roomId", last AS position
  FROM outgoing_rooms JOIN rooms ON rooms.nid = outgoing_rooms.room_nid WHERE server = ? ORDER BY room_id`;
const roomsRising = defineQuery<[string, number, number], DestinationRoom>(`${ROOMS} LIMIT ? OFFSET ?`);
const roomsFalling = defineQuery<[string, number, number], DestinationRoom>(`${ROOMS} DESC LIMIT ? OFFSET ?`);
const countRooms = defineQuery<[string], { count: number }>(
  'SELECT count(*) AS count FROM outgoing_rooms WHERE server = ?',
);
const countMatching = defineQuery<[string], { count: number }>(
  `SELECT count(*) AS count FROM destinations ${MATCHING}`,
);
const countFailing = defineQuery<[], { count: number }>(
  'SELECT count(*) AS count FROM destinations WHERE retry_ts IS NOT NULL',
);

/** Nothing is for it, now or later, and it was not found wanting since some time. */
const IS_UNUSED = `(failed_ts IS NULL OR failed_ts < ?)
  AND NOT EXISTS (SELECT 1 FROM outgoing_rooms WHERE outgoing_rooms.server = server_name)
  AND NOT EXISTS (SELECT 1 FROM outgoing_messages WHERE outgoing_messages.server = server_name)`;
const unused = defineQuery<[number, number], { serverName: string }>(
  `SELECT server_name AS "serverName" FROM destinations WHERE ${IS_UNUSED} ORDER BY server_name LIMIT ?`,
);

/** Which servers were asked, and how they can be reached. */
export class DestinationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What is known of a server; undefined if it was never asked. */
  async get(serverName: string): Promise<StoredDestination | undefined> {
    const row = await this.#database.get(byName, [serverName]);
    return row && destinationOf(row);
  }

  /** Notes that a server was asked and answers, unless something is known of it already. */
  async add(serverName: string): Promise<void> {
    await this.#database.commit(new UnitOfWork().write(addDestination, rowOf(serverName, undefined)));
  }

  /** Replaces what is known of a server, and tells every process. */
  async put(serverName: string, failing: FailingDestination | undefined): Promise<void> {
    const unit = new UnitOfWork().write(upsertDestination, rowOf(serverName, failing));
    unit.invalidate('destinations', serverName);
    await this.#database.commit(unit);
  }

  /**
   * Forgets servers of which nothing has to be known: nothing is outgoing to them, of rooms or to devices, and those
   * that do not answer were not tried since a time. Who is asked again is noted again.
   *
   * @returns how many, `limit` at most.
   */
  async forgetUnused(before: number, limit: number): Promise<number> {
    const found = await this.#database.all(unused, [before, limit]);
    const unit = new UnitOfWork();
    for (const { serverName } of found) {
      unit.run(`DELETE FROM destinations WHERE server_name = ? AND ${IS_UNUSED}`, [serverName, before]);
      unit.invalidate('destinations', serverName);
    }
    if (!unit.isEmpty) await this.#database.commit(unit);
    return found.length;
  }

  async list({
    containing,
    order,
    descending,
    offset,
    limit,
  }: DestinationPage): Promise<StoredDestination[]> {
    const query = listings[order][descending ? 'falling' : 'rising'];
    const rows = await this.#database.all(query, [patternOf(containing), limit, offset]);
    return rows.map(destinationOf);
  }

  /** How many servers have a name that contains a text. */
  async count(containing: string): Promise<number> {
    return (await this.#database.get(countMatching, [patternOf(containing)]))?.count ?? 0;
  }

  /** Rooms of which a server gets events, by their IDs. */
  rooms(
    serverName: string,
    page: { readonly descending: boolean; readonly offset: number; readonly limit: number },
  ): Promise<DestinationRoom[]> {
    const query = page.descending ? roomsFalling : roomsRising;
    return this.#database.all(query, [serverName, page.limit, page.offset]);
  }

  async countRooms(serverName: string): Promise<number> {
    return (await this.#database.get(countRooms, [serverName]))?.count ?? 0;
  }

  /** How many servers do not answer. */
  async countFailing(): Promise<number> {
    return (await this.#database.get(countFailing, []))?.count ?? 0;
  }
}

function patternOf(text: string): string {
  return `%${text.replaceAll(/[!%_]/g, '!$&')}%`;
}

function rowOf(serverName: string, failing: FailingDestination | undefined) {
  return {
    server_name: serverName,
    failing_since_ts: failing?.failingSinceTs ?? null,
    failed_ts: failing?.failedTs ?? null,
    retry_ts: failing?.retryTs ?? null,
    reason: failing?.reason ?? null,
  };
}

function destinationOf({ serverName, failingSinceTs, failedTs, retryTs, ...row }: Row): StoredDestination {
  const isFailing = failingSinceTs !== null && failedTs !== null && retryTs !== null;
  return {
    serverName,
    failing: isFailing ? { failingSinceTs, failedTs, retryTs, reason: row.reason ?? '' } : undefined,
    sentPosition: row.sentPosition ?? undefined,
  };
}
