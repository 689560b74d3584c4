import type { Requester } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { badJson, invalidParam, MatrixError, notFound } from '../protocol/errors.ts';
import { domainOf, type ServerName, type UserId } from '../protocol/identifiers.ts';
import { isJsonObject } from '../protocol/json-values.ts';
import { type Storage, UnitOfWork } from '../storage/index.ts';
import { checkUserIds } from './ask-servers.ts';
import { invalidSignature, isSameKey, publicPartOf } from './key-objects.ts';
import type { KeyQuery } from './key-query.ts';
import { type CheckedSignature, OwnKeys } from './own-keys.ts';

/** Signed keys by user, and by device ID or public part of a cross-signing key. */
export type SignatureUpload = Readonly<Record<UserId, Readonly<Record<string, JsonObject>>>>;

/** What was wrong with some of them. */
export type SignatureFailures = Record<UserId, Record<string, { errcode: string; error: string }>>;

interface SignedKey {
  readonly userId: UserId;
  readonly target: string;
  readonly object: JsonObject;
}

/** More than a user has devices and contacts. */
const MOST_SIGNATURES = 2_000;

/**
 * Takes in the signatures that users upload for keys: their own devices, signed with the self-signing key; their own
 * master key, signed by a device; the master keys of others, signed with the user-signing key.
 *
 * Source: Client-Server API v1.19, `POST /keys/signatures/upload`.
 */
export class KeySignatures {
  readonly #storage: Storage;
  readonly #serverName: ServerName;
  readonly #query: KeyQuery;

  constructor(storage: Storage, serverName: ServerName, query: KeyQuery) {
    this.#storage = storage;
    this.#serverName = serverName;
    this.#query = query;
  }

  /**
   * Stores those signatures that are right.
   * @returns what was wrong with the others.
   * @throws {MatrixError} 400 for what is no list of signatures at all.
   */
  async upload(requester: Requester, upload: SignatureUpload): Promise<SignatureFailures> {
    checkUserIds(upload);
    const signed = Object.entries(upload).flatMap(([userId, keys]) =>
      Object.entries(keys).map(([target, object]): SignedKey => ({ userId, target, object })),
    );
    if (signed.length > MOST_SIGNATURES) throw badJson(`At most ${MOST_SIGNATURES} keys are signed at once`);
    const own = await OwnKeys.read(this.#storage, requester);
    const unit = new UnitOfWork();
    const failed: { userId: UserId; target: string; error: MatrixError }[] = [];
    for (const key of signed) {
      try {
        if (!isJsonObject(key.object)) throw badJson('A signed key must be an object');
        if (key.userId === requester.userId) this.#addToOwn(unit, requester, own, key);
        else await this.#addToOther(unit, requester, own, key);
      } catch (error) {
        if (!(error instanceof MatrixError)) throw error;
        failed.push({ ...key, error });
      }
    }
    if (unit.statements.length > 0) await this.#storage.database.commit(unit);
    const byUser = Map.groupBy(failed, ({ userId }) => userId);
    return Object.fromEntries(
      [...byUser].map(([userId, ofUser]) => [
        userId,
        Object.fromEntries(
          ofUser.map(({ target, error }) => [target, { errcode: error.errcode, error: error.message }]),
        ),
      ]),
    );
  }

  #addToOwn(unit: UnitOfWork, { userNid }: Requester, own: OwnKeys, { target, object }: SignedKey): void {
    const { deviceLists } = this.#storage;
    const master = own.key('master');
    if (master !== undefined && publicPartOf(master)?.publicKey === target) {
      if (!isSameKey(master, object)) throw differs();
      const checked = own.checkSignaturesOfDevices(object);
      if (checked === undefined) throw invalidSignature('None of your devices has signed the master key');
      this.#add(unit, userNid, userNid, target, checked);
      deviceLists.noteChange(unit, userNid);
      return;
    }
    const device = own.device(target);
    if (device === undefined) throw notFound('You have no such device or master key');
    if (!isSameKey(device, object)) throw differs();
    this.#add(unit, userNid, userNid, target, checkBy(own, 'self_signing', object));
    deviceLists.noteChange(unit, userNid, target);
  }

  async #addToOther(
    unit: UnitOfWork,
    requester: Requester,
    own: OwnKeys,
    { userId, target, object }: SignedKey,
  ): Promise<void> {
    const checked = checkBy(own, 'user_signing', object);
    const master = await this.#masterKeyOf(requester, userId);
    if (master === undefined || publicPartOf(master)?.publicKey !== target) {
      throw notFound('This is not the master key of the user');
    }
    if (!isSameKey(master, object)) throw differs();
    const targetNid = await this.#storage.strings.intern(userId);
    this.#add(unit, requester.userNid, targetNid, target, checked);
    this.#storage.deviceLists.noteSigning(unit, requester.userNid, targetNid);
  }

  async #masterKeyOf(requester: Requester, userId: UserId): Promise<JsonObject | undefined> {
    const asked = { [userId]: [] };
    const isLocal = domainOf(userId) === this.#serverName;
    const { masterKeys } = isLocal
      ? await this.#query.queryLocal(asked, { withNames: false })
      : await this.#query.query(requester, asked);
    return masterKeys[userId];
  }

  #add(
    unit: UnitOfWork,
    signerNid: number,
    targetNid: number,
    target: string,
    { keyId, signature }: CheckedSignature,
  ): void {
    this.#storage.crossSigning.addSignature(unit, {
      targetNid,
      target,
      signerNid,
      signerKeyId: keyId,
      signature,
    });
  }
}

function checkBy(own: OwnKeys, usage: 'self_signing' | 'user_signing', object: JsonObject): CheckedSignature {
  const key = own.key(usage);
  const signer = key && publicPartOf(key);
  if (signer === undefined) throw notFound(`You have no ${usage} key`);
  return own.checkSignature(object, signer.keyId, signer.publicKey);
}

function differs(): MatrixError {
  return invalidParam('What was signed is not the key that is stored');
}
