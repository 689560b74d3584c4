import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** What a cross-signing key is for. */
export type KeyUsage = 'master' | 'self_signing' | 'user_signing';

/** A cross-signing key of a local user. */
export interface StoredCrossSigningKey {
  readonly userNid: number;
  readonly usage: KeyUsage;
  /** The signed object as it was uploaded, as JSON. */
  readonly key: string;
}

/** A signature on a key, which was uploaded apart from the key. */
export interface StoredKeySignature {
  /** Whose key is signed; the user may be of another server. */
  readonly targetNid: number;
  /** A device ID, or the public part of a cross-signing key. */
  readonly target: string;
  readonly signerNid: number;
  /** `ed25519:` and a device ID, or the public part of a cross-signing key. */
  readonly signerKeyId: string;
  readonly signature: string;
}

const key = { user_nid: 'bigint', usage: 'text', key: 'text' } as const;
const upsertKey = defineUpsert('cross_signing_keys', key, ['user_nid', 'usage']);
const insertKey = defineInsertIgnore('cross_signing_keys', key);
const deleteKeys = defineDelete('cross_signing_keys', { user_nid: 'bigint' });
const upsertSignature = defineUpsert(
  'key_signatures',
  { target_nid: 'bigint', target: 'text', signer_nid: 'bigint', signer_key_id: 'text', signature: 'text' },
  ['target_nid', 'target', 'signer_nid', 'signer_key_id'],
);
const deleteOfTarget = defineDelete('key_signatures', { target_nid: 'bigint', target: 'text' });
const deleteOwn = defineDelete('key_signatures', {
  target_nid: 'bigint',
  signer_nid: 'bigint',
  signer_key_id: 'text',
});

const keysOf = defineQuery<[number[]], StoredCrossSigningKey>(
  'SELECT user_nid AS "userNid", usage, key FROM cross_signing_keys WHERE user_nid = ANY(?:bigint[])',
);
const signaturesOn = defineQuery<[number[], number], StoredKeySignature>(
  `SELECT target_nid AS "targetNid", target, signer_nid AS "signerNid", signer_key_id AS "signerKeyId", signature
   FROM key_signatures WHERE target_nid = ANY(?:bigint[]) AND (signer_nid = target_nid OR signer_nid = ?)`,
);

/** The keys with which users vouch for their devices and for each other, and the signatures that they make. */
export class CrossSigningStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** All cross-signing keys of some users. */
  async keysOf(userNids: readonly number[]): Promise<StoredCrossSigningKey[]> {
    return userNids.length === 0 ? [] : this.#database.all(keysOf, [[...userNids]]);
  }

  /** Sets a key, in a unit. */
  put(unit: UnitOfWork, { userNid, usage, key }: StoredCrossSigningKey): void {
    unit.write(upsertKey, { user_nid: userNid, usage, key });
  }

  /** Sets a user's first key of its kind, in a unit, which fails with `ExpectationFailed` when there is one. */
  putFirst(unit: UnitOfWork, { userNid, usage, key }: StoredCrossSigningKey): void {
    unit.writeOnce(insertKey, { user_nid: userNid, usage, key });
  }

  /** Deletes a user's keys, in a unit. */
  deleteKeys(unit: UnitOfWork, userNid: number): void {
    unit.write(deleteKeys, { user_nid: userNid });
  }

  /**
   * The signatures on keys of some users that `viewerNid` may see: those of the users themselves, and the viewer's own.
   * @param viewerNid 0 for nobody.
   */
  async signaturesOn(userNids: readonly number[], viewerNid: number): Promise<StoredKeySignature[]> {
    return userNids.length === 0 ? [] : this.#database.all(signaturesOn, [[...userNids], viewerNid]);
  }

  /** Adds a signature, in a unit. */
  addSignature(unit: UnitOfWork, signature: StoredKeySignature): void {
    unit.write(upsertSignature, {
      target_nid: signature.targetNid,
      target: signature.target,
      signer_nid: signature.signerNid,
      signer_key_id: signature.signerKeyId,
      signature: signature.signature,
    });
  }

  /** Deletes every signature on a key, in a unit. */
  deleteSignaturesOn(unit: UnitOfWork, targetNid: number, target: string): void {
    unit.write(deleteOfTarget, { target_nid: targetNid, target });
  }

  /** Deletes what a user's key has signed of the user's own keys, in a unit. */
  deleteOwnSignaturesBy(unit: UnitOfWork, userNid: number, signerKeyId: string): void {
    unit.write(deleteOwn, { target_nid: userNid, signer_nid: userNid, signer_key_id: signerKeyId });
  }
}
