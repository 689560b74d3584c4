import type { Database } from '../database/database.ts';
import { defineDelete, defineInsert, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/**
 * What an item is: an authorization code, a device that waits to be signed in (`device`, found by people with
 * `user-code`), a browser in which somebody is signed in, a sign-in on its way at another provider, the leave to replace
 * cross-signing keys (found by user ID), or somebody whom another provider has sent and who has no account yet.
 */
export type OAuthItemKind =
  | 'code'
  | 'device'
  | 'user-code'
  | 'browser'
  | 'upstream'
  | 'cross-signing-reset'
  | 'sign-up';

/** Something that lives for a while. */
export interface OAuthItem {
  readonly kind: OAuthItemKind;
  readonly keyHash: string;
  readonly userNid: number | null;
  /** JSON. */
  readonly content: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresTs: number;
}

const insert = defineInsert('oauth_items', {
  kind: 'text',
  key_hash: 'text',
  user_nid: 'bigint?',
  content: 'text',
  expires_ts: 'bigint',
});
const deleteItem = defineDelete('oauth_items', { kind: 'text', key_hash: 'text' });
const deleteOfUser = defineDelete('oauth_items', { user_nid: 'bigint' });
const item = defineQuery<[string, string, number], OAuthItem>(
  `SELECT kind, key_hash AS "keyHash", user_nid AS "userNid", content, expires_ts AS "expiresTs"
   FROM oauth_items WHERE kind = ? AND key_hash = ? AND expires_ts > ?`,
);

/** What people and apps are in the middle of while they sign in. */
export class OAuthItemStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** An item that has not expired. */
  get(kind: OAuthItemKind, keyHash: string, now: number): Promise<OAuthItem | undefined> {
    return this.#database.get(item, [kind, keyHash, now]);
  }

  /** Adds items together, and forgets those that have expired. */
  async add(items: readonly OAuthItem[], now: number): Promise<void> {
    const unit = new UnitOfWork();
    for (const added of items) this.addIn(unit, added);
    unit.run('DELETE FROM oauth_items WHERE expires_ts <= ?', [now]);
    await this.#database.commit(unit);
  }

  /** Adds an item in a unit; one of the same kind and key is replaced. */
  addIn(unit: UnitOfWork, { kind, keyHash, userNid, content, expiresTs }: OAuthItem): void {
    unit.write(deleteItem, { kind, key_hash: keyHash });
    unit.write(insert, { kind, key_hash: keyHash, user_nid: userNid, content, expires_ts: expiresTs });
  }

  /** Changes an item, in a unit, which fails with `ExpectationFailed` unless it still has the content of `before`. */
  change(unit: UnitOfWork, before: OAuthItem, content: string, userNid: number | null): void {
    unit.run(
      'UPDATE oauth_items SET content = ?, user_nid = ? WHERE kind = ? AND key_hash = ? AND content = ?',
      [content, userNid, before.kind, before.keyHash, before.content],
      1,
    );
  }

  /** Uses an item up, in a unit, which fails with `ExpectationFailed` when it is gone. */
  use(unit: UnitOfWork, { kind, keyHash }: Pick<OAuthItem, 'kind' | 'keyHash'>): void {
    unit.writeOnce(deleteItem, { kind, key_hash: keyHash });
  }

  /** Deletes an item, if it is there. */
  async delete({ kind, keyHash }: Pick<OAuthItem, 'kind' | 'keyHash'>): Promise<void> {
    await this.#database.commit(new UnitOfWork().write(deleteItem, { kind, key_hash: keyHash }));
  }

  /** Deletes the items of a user, in a unit. */
  deleteOfUser(unit: UnitOfWork, userNid: number): void {
    unit.write(deleteOfUser, { user_nid: userNid });
  }
}
