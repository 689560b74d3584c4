import type { Database } from '../database/database.ts';
import { defineQuery, defineUpdate, defineUpsert } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** A device that an app of the OAuth server opened a session for. */
export interface DeviceOfClient {
  readonly deviceId: string;
  readonly clientId: string;
}

const upsert = defineUpsert('oauth_clients', { client_id: 'text', metadata: 'text', used_ts: 'bigint' }, [
  'client_id',
]);
const setUsed = defineUpdate('oauth_clients', { client_id: 'text', used_ts: 'bigint' }, ['client_id']);
const setOfDevice = defineUpdate('devices', { user_nid: 'bigint', device_id: 'text', client_id: 'text?' }, [
  'user_nid',
  'device_id',
]);
const byId = defineQuery<[string], { metadata: string }>(
  'SELECT metadata FROM oauth_clients WHERE client_id = ?',
);
const ofDevice = defineQuery<[number, string], { clientId: string | null }>(
  'SELECT client_id AS "clientId" FROM devices WHERE user_nid = ? AND device_id = ?',
);

/** The apps that have registered with the OAuth server, and the devices that they have opened sessions for. */
export class OAuthClientStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What a client has registered, as JSON. */
  async metadata(clientId: string): Promise<string | undefined> {
    return (await this.#database.get(byId, [clientId]))?.metadata;
  }

  /**
   * Registers a client, and forgets those that nobody has used since `unusedSince` and no device was opened for.
   */
  async register(clientId: string, metadata: string, now: number, unusedSince: number): Promise<void> {
    const unit = new UnitOfWork();
    unit.run(
      `DELETE FROM oauth_clients WHERE used_ts < ?
       AND NOT EXISTS (SELECT 1 FROM devices WHERE devices.client_id = oauth_clients.client_id)`,
      [unusedSince],
    );
    unit.write(upsert, { client_id: clientId, metadata, used_ts: now });
    await this.#database.commit(unit);
  }

  /** Notes, in a unit, for which client the session of a device was opened. */
  setOfDevice(unit: UnitOfWork, userNid: number, { deviceId, clientId }: DeviceOfClient, now: number): void {
    unit.write(setOfDevice, { user_nid: userNid, device_id: deviceId, client_id: clientId });
    unit.write(setUsed, { client_id: clientId, used_ts: now });
  }

  /** For which client the session of a device was opened; undefined for none. */
  async ofDevice(userNid: number, deviceId: string): Promise<string | undefined> {
    return (await this.#database.get(ofDevice, [userNid, deviceId]))?.clientId ?? undefined;
  }
}
