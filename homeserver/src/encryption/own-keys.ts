import type { Requester } from '../accounts/index.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { isJsonObject, ownValue } from '../protocol/json-values.ts';
import { signatureOf } from '../protocol/signing.ts';
import type { KeyUsage, Storage } from '../storage/index.ts';
import { checkSignature, invalidSignature, parseObject, publicPartOf, signingKeyOf } from './key-objects.ts';

/** A signature that was checked. */
export interface CheckedSignature {
  readonly keyId: string;
  readonly signature: string;
}

/** The stored keys of one user, to check against what the user uploads. */
export class OwnKeys {
  readonly #userId: string;
  readonly #devices: ReadonlyMap<string, JsonObject>;
  readonly #crossSigning: ReadonlyMap<KeyUsage, JsonObject>;

  static async read(storage: Storage, { userId, userNid }: Requester): Promise<OwnKeys> {
    const [devices, crossSigning] = await Promise.all([
      storage.deviceKeys.ofUsers([userNid]),
      storage.crossSigning.keysOf([userNid]),
    ]);
    return new OwnKeys(
      userId,
      new Map(devices.map(({ deviceId, keys }) => [deviceId, parseObject(keys)])),
      new Map(crossSigning.map(({ usage, key }) => [usage, parseObject(key)])),
    );
  }

  private constructor(
    userId: string,
    devices: ReadonlyMap<string, JsonObject>,
    crossSigning: ReadonlyMap<KeyUsage, JsonObject>,
  ) {
    this.#userId = userId;
    this.#devices = devices;
    this.#crossSigning = crossSigning;
  }

  /** The identity keys of a device. */
  device(deviceId: string): JsonObject | undefined {
    return this.#devices.get(deviceId);
  }

  /** A cross-signing key. */
  key(usage: KeyUsage): JsonObject | undefined {
    return this.#crossSigning.get(usage);
  }

  /**
   * Checks what devices of the user have signed of an object, if anything.
   * @returns the first of their signatures.
   * @throws {MatrixError} 400 `M_INVALID_SIGNATURE` if one of them is wrong, or by a device that there is not.
   */
  checkSignaturesOfDevices(object: JsonObject): CheckedSignature | undefined {
    const signatures = ownValue(object.signatures, this.#userId);
    const itself = publicPartOf(object)?.keyId;
    const signers = isJsonObject(signatures) ? Object.keys(signatures) : [];
    const checked = signers
      .filter((keyId) => keyId !== itself)
      .map((keyId) => {
        const device = this.#devices.get(keyId.slice(keyId.indexOf(':') + 1));
        const publicKey = device && signingKeyOf(device);
        if (publicKey === undefined) throw invalidSignature(`There is no device to the key ${keyId}`);
        return this.checkSignature(object, keyId, publicKey);
      });
    return checked[0];
  }

  /**
   * Checks that the user has signed an object with a key.
   * @throws {MatrixError} 400 `M_INVALID_SIGNATURE`
   */
  checkSignature(object: JsonObject, keyId: string, publicKey: string): CheckedSignature {
    checkSignature(object, this.#userId, keyId, publicKey);
    return { keyId, signature: signatureOf(object, this.#userId, keyId) ?? '' };
  }
}
