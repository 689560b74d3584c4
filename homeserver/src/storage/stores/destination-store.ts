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
}

interface Row {
  readonly serverName: string;
  readonly failingSinceTs: number | null;
  readonly failedTs: number | null;
  readonly retryTs: number | null;
  readonly reason: string | null;
}

const DESTINATION = {
  server_name: 'text',
  failing_since_ts: 'bigint?',
  failed_ts: 'bigint?',
  retry_ts: 'bigint?',
  reason: 'text?',
} as const;
const COLUMNS = `server_name AS "serverName", failing_since_ts AS "failingSinceTs", failed_ts AS "failedTs",
  retry_ts AS "retryTs", reason`;
const upsertDestination = defineUpsert('destinations', DESTINATION, ['server_name']);
const addDestination = defineInsertIgnore('destinations', DESTINATION);
const byName = defineQuery<[string], Row>(`SELECT ${COLUMNS} FROM destinations WHERE server_name = ?`);
const MATCHING = `WHERE server_name LIKE ? ESCAPE '!'`;
const namesRising = defineQuery<[string, number, number], Row>(
  `SELECT ${COLUMNS} FROM destinations ${MATCHING} ORDER BY server_name LIMIT ? OFFSET ?`,
);
const namesFalling = defineQuery<[string, number, number], Row>(
  `SELECT ${COLUMNS} FROM destinations ${MATCHING} ORDER BY server_name DESC LIMIT ? OFFSET ?`,
);
const countMatching = defineQuery<[string], { count: number }>(
  `SELECT count(*) AS count FROM destinations ${MATCHING}`,
);
const countFailing = defineQuery<[], { count: number }>(
  'SELECT count(*) AS count FROM destinations WHERE retry_ts IS NOT NULL',
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
  async put({ serverName, failing }: StoredDestination): Promise<void> {
    const unit = new UnitOfWork().write(upsertDestination, rowOf(serverName, failing));
    unit.invalidate('destinations', serverName);
    await this.#database.commit(unit);
  }

  /** Servers whose name contains a text, in the order of their names. */
  async list(
    containing: string,
    page: { readonly offset: number; readonly limit: number; readonly falling: boolean },
  ): Promise<StoredDestination[]> {
    const query = page.falling ? namesFalling : namesRising;
    const rows = await this.#database.all(query, [patternOf(containing), page.limit, page.offset]);
    return rows.map(destinationOf);
  }

  /** How many there are in all pages. */
  async count(containing: string): Promise<number> {
    return (await this.#database.get(countMatching, [patternOf(containing)]))?.count ?? 0;
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

function destinationOf({ serverName, failingSinceTs, failedTs, retryTs, reason }: Row): StoredDestination {
  if (failingSinceTs === null || failedTs === null || retryTs === null)
    return { serverName, failing: undefined };
  return { serverName, failing: { failingSinceTs, failedTs, retryTs, reason: reason ?? '' } };
}
