import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { generateSigningKey, type SigningKey, signJson } from '../src/protocol/signing.ts';

/** Whose keys they are. */
export interface KeyOwner {
  readonly userId: string;
  readonly deviceId: string;
}

/** The keys that a device has, as far as a server can tell. */
export class DeviceCrypto {
  readonly owner: KeyOwner;
  readonly signingKey: SigningKey;

  constructor({ userId, deviceId }: KeyOwner) {
    this.owner = { userId, deviceId };
    this.signingKey = { ...generateSigningKey(randomBytes(32)), keyId: `ed25519:${deviceId}` };
  }

  /** The signed identity keys; `changes` replaces parts before they are signed. */
  deviceKeys(changes: JsonObject = {}): JsonObject {
    const { userId, deviceId } = this.owner;
    return this.sign({
      user_id: userId,
      device_id: deviceId,
      algorithms: ['m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'],
      keys: {
        [`curve25519:${deviceId}`]: `curve of ${deviceId}`,
        [`ed25519:${deviceId}`]: this.signingKey.publicKeyBase64,
      },
      ...changes,
    });
  }

  /** Signed one-time keys, named `signed_curve25519:PREFIX0` and so on. */
  oneTimeKeys(count: number, prefix = 'key'): JsonObject {
    const names = Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    return Object.fromEntries(names.map((name) => [`signed_curve25519:${name}`, this.sign({ key: name })]));
  }

  /** One signed fallback key. */
  fallbackKey(name: string): JsonObject {
    return { [`signed_curve25519:${name}`]: this.sign({ key: name, fallback: true }) };
  }

  /** The object with a signature of the device. */
  sign(object: JsonObject): JsonObject {
    return signJson(object, this.owner.userId, this.signingKey) as unknown as JsonObject;
  }
}

/** The cross-signing keys of a user. */
export class CrossSigningCrypto {
  readonly #userId: string;
  readonly master = newKey();
  readonly selfSigning = newKey();
  readonly userSigning = newKey();

  constructor(userId: string) {
    this.#userId = userId;
  }

  /** What is uploaded: the master key, and the two others signed with it. */
  upload(): { master_key: JsonObject; self_signing_key: JsonObject; user_signing_key: JsonObject } {
    return {
      master_key: this.masterKey(),
      self_signing_key: this.sign(this.#key('self_signing', this.selfSigning), this.master),
      user_signing_key: this.sign(this.#key('user_signing', this.userSigning), this.master),
    };
  }

  /** The master key without a signature. */
  masterKey(): JsonObject {
    return this.#key('master', this.master);
  }

  /** The object with a signature of the user by one of the keys. */
  sign(object: JsonObject, key: SigningKey): JsonObject {
    return signJson(object, this.#userId, key) as unknown as JsonObject;
  }

  #key(usage: string, { keyId, publicKeyBase64 }: SigningKey): JsonObject {
    return { user_id: this.#userId, usage: [usage], keys: { [keyId]: publicKeyBase64 } };
  }
}

function newKey(): SigningKey {
  const key = generateSigningKey(randomBytes(32));
  return { ...key, keyId: `ed25519:${key.publicKeyBase64}` };
}
