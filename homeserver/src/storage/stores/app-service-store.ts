import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/**
 * Something that an application service is to be told, by kind and key:
 * - `event`: the number of an event;
 * - `receipt`: JSON of room, user and key of its row in the log;
 * - `typing`: a room ID; `presence`: a user ID;
 * - `to-device`, `keys`: JSON of the user's number and the device;
 * - `devices-changed`, `devices-left`: a user ID.
 */
export type AppServiceNewsKind =
  | 'event'
  | 'receipt'
  | 'typing'
  | 'presence'
  | 'to-device'
  | 'keys'
  | 'devices-changed'
  | 'devices-left';

export interface AppServiceNews {
  readonly kind: AppServiceNewsKind;
  readonly key: string;
  /** The order in which things are told; another one when the same thing has changed again. */
  readonly position: number;
}

/** What an application service is being told. */
export interface AppServiceTransaction {
  /** The first is 1. */
  readonly number: number;
  /** The body of the request; null if everything is told. */
  readonly body: string | null;
  /** What is in it. */
  readonly news: readonly AppServiceNews[];
  /** How often it has failed. */
  readonly failures: number;
  /** When it is tried again, in milliseconds since the Unix epoch. */
  readonly retryAt: number;
}

/** A network that an application service bridges, as the directory of rooms tells them apart. */
export interface NetworkOfService {
  readonly serviceId: string;
  readonly networkId: string;
}

const key = { service_id: 'text', kind: 'text', key: 'text' } as const;
const putNews = defineUpsert('app_service_news', { ...key, position: 'bigint' }, [
  'service_id',
  'kind',
  'key',
]);
const deleteNews = defineDelete('app_service_news', { ...key, position: 'bigint' });
const insertTransaction = defineInsertIgnore('app_service_transactions', {
  service_id: 'text',
  number: 'bigint',
  body: 'text?',
  news: 'text',
  failures: 'bigint',
  retry_at: 'bigint',
});
const networkColumns = { room_nid: 'bigint', service_id: 'text', network_id: 'text' } as const;
const insertListed = defineInsertIgnore('room_networks', networkColumns);
const deleteListed = defineDelete('room_networks', networkColumns);
const listedIn = defineQuery<[string, string], { nid: number }>(
  'SELECT room_nid AS nid FROM room_networks WHERE service_id = ? AND network_id = ?',
);
const listedAnywhere = defineQuery<[], { nid: number }>('SELECT DISTINCT room_nid AS nid FROM room_networks');
const firstNews = defineQuery<[string, number], AppServiceNews>(
  'SELECT kind, key, position FROM app_service_news WHERE service_id = ? ORDER BY position LIMIT ?',
);
type RawTransaction = Omit<AppServiceTransaction, 'news'> & { news: string };
const transactionOf = defineQuery<[string], RawTransaction>(
  `SELECT number, body, news, failures, retry_at AS "retryAt" FROM app_service_transactions WHERE service_id = ?`,
);

/** What application services are to be told. */
export class AppServiceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes something to tell, in a unit. */
  addNews(unit: UnitOfWork, serviceId: string, { kind, key, position }: AppServiceNews): void {
    unit.write(putNews, { service_id: serviceId, kind, key, position });
  }

  /** What is to be told first. */
  news(serviceId: string, limit: number): Promise<AppServiceNews[]> {
    return this.#database.all(firstNews, [serviceId, limit]);
  }

  /** The transaction that an application service is being told, or was told last. */
  async transaction(serviceId: string): Promise<AppServiceTransaction | undefined> {
    const row = await this.#database.get(transactionOf, [serviceId]);
    return row && { ...row, news: JSON.parse(row.news) as AppServiceNews[] };
  }

  /**
   * Keeps a new transaction, in a unit, until it has arrived. This and what follows fail with `ExpectationFailed` when
   * another process is further: a number must never stand for two transactions.
   */
  begin(unit: UnitOfWork, serviceId: string, { number, body, news }: AppServiceTransaction): void {
    const written = JSON.stringify(news);
    if (number === 1) {
      unit.writeOnce(insertTransaction, {
        service_id: serviceId,
        number,
        body,
        news: written,
        failures: 0,
        retry_at: 0,
      });
    } else {
      unit.run(
        `UPDATE app_service_transactions SET number = ?, body = ?, news = ?, failures = 0, retry_at = 0
         WHERE service_id = ? AND number = ? AND body IS NULL`,
        [number, body, written, serviceId, number - 1],
        1,
      );
    }
  }

  /** Notes, in a unit, that a transaction has arrived. What has changed since it was written stays to be told. */
  finish(unit: UnitOfWork, serviceId: string, { number, news }: AppServiceTransaction): void {
    for (const one of news) this.removeNews(unit, serviceId, one);
    unit.run(
      `UPDATE app_service_transactions SET body = NULL, news = '[]'
       WHERE service_id = ? AND number = ? AND body IS NOT NULL`,
      [serviceId, number],
      1,
    );
  }

  /** Notes, in a unit, that a transaction has not arrived. */
  postpone(
    unit: UnitOfWork,
    serviceId: string,
    { number, failures, retryAt }: Pick<AppServiceTransaction, 'number' | 'failures' | 'retryAt'>,
  ): void {
    unit.run(
      `UPDATE app_service_transactions SET failures = ?, retry_at = ?
       WHERE service_id = ? AND number = ? AND body IS NOT NULL`,
      [failures, retryAt, serviceId, number],
      1,
    );
  }

  /** Puts a room into the directory of a network or takes it out, in a unit. */
  setListed(unit: UnitOfWork, roomNid: number, network: NetworkOfService, listed: boolean): void {
    const { serviceId, networkId } = network;
    const row = { room_nid: roomNid, service_id: serviceId, network_id: networkId };
    unit.write(listed ? insertListed : deleteListed, row);
  }

  /** The rooms in the directory of a network, or of any. */
  async listedRooms(network: NetworkOfService | 'any'): Promise<number[]> {
    const rows =
      network === 'any'
        ? await this.#database.all(listedAnywhere, [])
        : await this.#database.all(listedIn, [network.serviceId, network.networkId]);
    return rows.map(({ nid }) => nid);
  }

  /** Removes something that there is nothing to tell of, in a unit, unless it has changed since. */
  removeNews(unit: UnitOfWork, serviceId: string, { kind, key, position }: AppServiceNews): void {
    unit.write(deleteNews, { service_id: serviceId, kind, key, position });
  }
}
