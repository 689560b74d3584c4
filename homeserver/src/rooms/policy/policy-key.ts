import { randomBytes } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '../../protocol/base64.ts';
import { generateSigningKey, type SigningKey } from '../../protocol/signing.ts';
import type { Storage } from '../../storage/index.ts';

/** Source: Server-Server API v1.19, `POST /_matrix/policy/v1/sign`. */
export const POLICY_KEY_ID = 'ed25519:policy_server';

/**
 * The key with which this server signs as the policy server of rooms. It is made when it is first needed and stays, as
 * rooms name it; it is none of the keys that the server's own events are signed with.
 */
export class PolicyKey {
  readonly #storage: Pick<Storage, 'meta'>;
  #key: Promise<SigningKey> | undefined;

  constructor(storage: Pick<Storage, 'meta'>) {
    this.#storage = storage;
  }

  get(): Promise<SigningKey> {
    this.#key ??= this.#read().catch((error: unknown) => {
      this.#key = undefined;
      throw error;
    });
    return this.#key;
  }

  async #read(): Promise<SigningKey> {
    const seed = await this.#storage.meta.getOrSet('policy_key', encodeBase64(randomBytes(32)));
    return generateSigningKey(decodeBase64(seed) ?? new Uint8Array(), POLICY_KEY_ID.replace('ed25519:', ''));
  }
}
