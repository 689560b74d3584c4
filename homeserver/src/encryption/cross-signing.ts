import { hash } from 'node:crypto';
import type { AuthAnswer, Requester } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../protocol/errors.ts';
import { ExpectationFailed, type KeyUsage, type Storage, UnitOfWork } from '../storage/index.ts';
import { isSameKey, publicPartOf, storedForm } from './key-objects.ts';
import { OwnKeys } from './own-keys.ts';

/** Lets a user confirm what an access token alone must not do. The accounts room is behind it. */
export interface Confirmation {
  /**
   * @param operation what is confirmed, with its parameters.
   * @throws {MatrixError} 401 that asks for authentication.
   */
  require(requester: Requester, operation: readonly string[], auth: AuthAnswer | undefined): Promise<void>;
}

/** The keys that a user publishes together; each may be absent. */
export type CrossSigningUpload = { readonly [Usage in KeyUsage]?: JsonObject | undefined };

interface UploadedKey {
  readonly usage: KeyUsage;
  readonly object: JsonObject;
  /** `ed25519:` and the public part. */
  readonly keyId: string;
  /** As it is stored. */
  readonly json: string;
}

const USAGES: readonly KeyUsage[] = ['master', 'self_signing', 'user_signing'];

/**
 * The keys with which users vouch for their devices and for each other.
 *
 * Source: Client-Server API v1.19, "Cross-signing".
 */
export class CrossSigning {
  readonly #storage: Storage;
  readonly #confirmation: Confirmation;

  constructor(storage: Storage, confirmation: Confirmation) {
    this.#storage = storage;
    this.#confirmation = confirmation;
  }

  /**
   * Publishes cross-signing keys. The first ones, and those that are there already, need no confirmation.
   *
   * Source: Client-Server API v1.19, `POST /keys/device_signing/upload`.
   * @throws {MatrixError} 401 that asks for authentication; 400 `M_INVALID_SIGNATURE`, `M_INVALID_PARAM`,
   * `M_MISSING_PARAM` without any master key.
   */
  async upload(
    requester: Requester,
    upload: CrossSigningUpload,
    auth: AuthAnswer | undefined,
  ): Promise<void> {
    const uploaded = parseUpload(upload, requester.userId);
    const own = await OwnKeys.read(this.#storage, requester);
    checkSignatures(uploaded, own);
    const changed = uploaded.filter(({ usage, json }) => json !== storedAs(own.key(usage)));
    if (changed.length === 0) return;
    const isNew = changed.some(({ usage, object }) => !isSameKey(object, own.key(usage) ?? {}));
    if (isNew && own.key('master') !== undefined) {
      const digest = hash('sha256', JSON.stringify(changed.map(({ usage, json }) => [usage, json])));
      await this.#confirmation.require(requester, ['upload-cross-signing-keys', digest], auth);
    }
    try {
      await this.#store(requester, changed, own);
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error;
      // Another device was first: what was free of confirmation is no more.
      await this.upload(requester, upload, auth);
    }
  }

  async #store({ userNid }: Requester, changed: readonly UploadedKey[], own: OwnKeys): Promise<void> {
    const { crossSigning, deviceLists, database } = this.#storage;
    const unit = new UnitOfWork();
    for (const { usage, json, keyId } of changed) {
      const before = own.key(usage);
      const row = { userNid, usage, key: json };
      if (usage === 'master' && before === undefined) crossSigning.putFirst(unit, row);
      else crossSigning.put(unit, row);
      const replaced = before && publicPartOf(before);
      if (replaced === undefined || replaced.keyId === keyId) continue;
      crossSigning.deleteSignaturesOn(unit, userNid, replaced.publicKey);
      crossSigning.deleteOwnSignaturesBy(unit, userNid, replaced.keyId);
    }
    deviceLists.noteChange(unit, userNid);
    await database.commit(unit);
  }
}

function storedAs(key: JsonObject | undefined): string | undefined {
  return key && storedForm(key);
}

function parseUpload(upload: CrossSigningUpload, userId: string): UploadedKey[] {
  const keys = USAGES.flatMap((usage): UploadedKey[] => {
    const object = upload[usage];
    if (object === undefined) return [];
    const name = `${usage}_key`;
    if (object.user_id !== userId) throw invalidParam(`The ${name} belongs to another user`);
    if (!Array.isArray(object.usage) || !object.usage.includes(usage)) {
      throw invalidParam(`The usage of ${name} must be ${usage}`);
    }
    const publicPart = publicPartOf(object);
    if (publicPart === undefined) {
      throw invalidParam(`The ${name} must have one key, named ed25519: and its public part`);
    }
    return [{ usage, object, keyId: publicPart.keyId, json: storedForm(object) }];
  });
  if (new Set(keys.map(({ keyId }) => keyId)).size < keys.length) throw invalidParam('The keys must differ');
  return keys;
}

/** The master key vouches for the two others; devices may vouch for the master key, and then must not lie. */
function checkSignatures(uploaded: readonly UploadedKey[], own: OwnKeys): void {
  const newMaster = uploaded.find(({ usage }) => usage === 'master')?.object;
  const master = newMaster ?? own.key('master');
  const signer = master && publicPartOf(master);
  if (signer === undefined) {
    throw new MatrixError(400, 'M_MISSING_PARAM', 'There is no master key; upload it with the others');
  }
  if (newMaster !== undefined) own.checkSignaturesOfDevices(newMaster);
  for (const { usage, object } of uploaded) {
    if (usage !== 'master') own.checkSignature(object, signer.keyId, signer.publicKey);
  }
}
