import type { Database } from '../database/database.ts';
import { defineQuery, defineUpsert } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** A public key of another server. */
export interface ServerKey {
  readonly keyId: string;
  /** Base64. */
  readonly publicKey: string;
  /** Milliseconds since the Unix epoch: what it has signed later does not count. */
  readonly validUntilTs: number;
}

/** What another server says of its keys. */
export interface ServerKeyDocument {
  readonly serverName: string;
  /** JSON with the signatures that it came with. */
  readonly document: string;
  readonly validUntilTs: number;
  readonly fetchedTs: number;
}

const upsertKey = defineUpsert(
  'server_keys',
  { server_name: 'text', key_id: 'text', public_key: 'text', valid_until_ts: 'bigint' },
  ['server_name', 'key_id'],
);
const upsertDocument = defineUpsert(
  'server_key_documents',
  { server_name: 'text', document: 'text', valid_until_ts: 'bigint', fetched_ts: 'bigint' },
  ['server_name'],
);
const keysOf = defineQuery<[string], ServerKey>(
  `SELECT key_id AS "keyId", public_key AS "publicKey", valid_until_ts AS "validUntilTs"
   FROM server_keys WHERE server_name = ?`,
);
const documentOf = defineQuery<[string], ServerKeyDocument>(
  `SELECT server_name AS "serverName", document, valid_until_ts AS "validUntilTs", fetched_ts AS "fetchedTs"
   FROM server_key_documents WHERE server_name = ?`,
);

/** The signing keys of other servers. Keys stay when a server names them no more: its old events are signed with them. */
export class ServerKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  keysOf(serverName: string): Promise<ServerKey[]> {
    return this.#database.all(keysOf, [serverName]);
  }

  documentOf(serverName: string): Promise<ServerKeyDocument | undefined> {
    return this.#database.get(documentOf, [serverName]);
  }

  /** Keeps a document and the keys that stand in it. */
  async put(document: ServerKeyDocument, keys: readonly ServerKey[]): Promise<void> {
    const { serverName } = document;
    const unit = new UnitOfWork().write(upsertDocument, {
      server_name: serverName,
      document: document.document,
      valid_until_ts: document.validUntilTs,
      fetched_ts: document.fetchedTs,
    });
    for (const { keyId, publicKey, validUntilTs } of keys) {
      unit.write(upsertKey, {
        server_name: serverName,
        key_id: keyId,
        public_key: publicKey,
        valid_until_ts: validUntilTs,
      });
    }
    await this.#database.commit(unit);
  }
}
