import type { Database } from '../database/database.ts';
import type { Session } from '../database/session.ts';
import { defineInsert, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

const insertKey = defineInsert('signing_keys', {
  key_id: 'text',
  private_key: 'text',
  created_ts: 'bigint',
  expired_ts: 'bigint?',
});
const currentKey = defineQuery<[], StoredSigningKey>(
  'SELECT key_id AS "keyId", private_key AS "privateKey" FROM signing_keys WHERE expired_ts IS NULL',
);
const allKeys = defineQuery<[], StoredSigningKey & { expiredTs: number | null }>(
  'SELECT key_id AS "keyId", private_key AS "privateKey", expired_ts AS "expiredTs" FROM signing_keys',
);

/** A key as it is stored: the private key is PKCS #8 DER in base64. */
export interface StoredSigningKey {
  readonly keyId: string;
  readonly privateKey: string;
}

/** The server's signing keys. The writers read the current one themselves, as they sign. */
export class SigningKeyStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The key that events are signed with. */
  current(): Promise<StoredSigningKey | undefined> {
    return this.#database.get(currentKey, []);
  }

  /** Every key that this server has or had, with the moment from which on it signs no more. */
  all(): Promise<(StoredSigningKey & { readonly expiredTs: number | null })[]> {
    return this.#database.all(allKeys, []);
  }

  /** Stores the first key. @throws ExpectationFailed when another process has stored one. */
  async add(key: StoredSigningKey, createdTs: number): Promise<void> {
    const unit = new UnitOfWork();
    unit.write(insertKey, {
      key_id: key.keyId,
      private_key: key.privateKey,
      created_ts: createdTs,
      expired_ts: null,
    });
    await this.#database.commit(unit);
  }
}

/**
 * Ends the key that signs, and puts another one in its place, in the session of a tool.
 *
 * @returns the ID of the one that was ended.
 * @throws an error when there is none, since no server was ever started on the database.
 */
export async function replaceSigningKey(
  session: Session,
  { keyId, privateKey }: StoredSigningKey,
  now: number,
): Promise<string> {
  const [old] = await session.all(currentKey, []);
  if (old === undefined) throw new Error('This database has no signing key: the first start makes one.');
  await session.run('UPDATE signing_keys SET expired_ts = ? WHERE key_id = ?', [now, old.keyId]);
  await session.run('INSERT INTO signing_keys (key_id, private_key, created_ts) VALUES (?, ?, ?)', [
    keyId,
    privateKey,
    now,
  ]);
  return old.keyId;
}
