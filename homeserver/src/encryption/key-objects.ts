import { canonicalJson, type JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, MatrixError, tooLarge } from '../protocol/errors.ts';
import { isJsonObject, ownValue } from '../protocol/json-values.ts';
import { signatureOf, verifySignedJson } from '../protocol/signing.ts';

/**
 * Key objects as clients sign them: what is the same in those of devices and of cross-signing.
 *
 * Source: Client-Server API v1.19, "End-to-End Encryption"; Appendices, "Signing JSON".
 */

/** Far above what clients upload: a key has some hundred bytes, a device four of them. */
const MAX_OBJECT_BYTES = 65_536;
const MAX_NAME_BYTES = 255;

/** A key object that was stored as JSON. */
export function parseObject(json: string): JsonObject {
  return JSON.parse(json) as JsonObject;
}

/**
 * The JSON with which an object is stored.
 * @throws {MatrixError} 400 `M_BAD_JSON` if it has no canonical form, 413 `M_TOO_LARGE`.
 */
export function storedForm(object: unknown): string {
  const text = canonicalJson(object);
  if (Buffer.byteLength(text) > MAX_OBJECT_BYTES) {
    throw tooLarge(`A key has at most ${MAX_OBJECT_BYTES} bytes`);
  }
  return text;
}

/** Canonical JSON of what the signatures on an object cover. */
function signedPart({ signatures: _signatures, unsigned: _unsigned, ...rest }: JsonObject): string {
  return canonicalJson(rest);
}

/** Whether two objects are the same key, whoever signed them. */
export function isSameKey(one: JsonObject, other: JsonObject): boolean {
  return signedPart(one) === signedPart(other);
}

/** The object with only those signatures that these users have made. */
export function withSignaturesOf(object: JsonObject, userIds: readonly (string | undefined)[]): JsonObject {
  const signatures: JsonObject = {};
  for (const userId of userIds) {
    const ofUser = userId === undefined ? undefined : ownValue(object.signatures, userId);
    if (userId !== undefined && isJsonObject(ofUser)) signatures[userId] = ofUser;
  }
  return { ...object, signatures };
}

/**
 * Checks that an object carries a valid signature by a key.
 * @throws {MatrixError} 400 `M_INVALID_SIGNATURE`
 */
export function checkSignature(object: JsonObject, userId: string, keyId: string, publicKey: string): void {
  if (verifySignedJson(object, userId, keyId, publicKey)) return;
  const claim = signatureOf(object, userId, keyId) === undefined ? 'is missing' : 'is not valid';
  throw invalidSignature(`The signature of ${userId} with ${keyId} ${claim}`);
}

/** 400 `M_INVALID_SIGNATURE`. */
export function invalidSignature(message: string): MatrixError {
  return new MatrixError(400, 'M_INVALID_SIGNATURE', message);
}

/** The ID and the public part of a cross-signing key, `ed25519:PUBLIC` for both; undefined if it has none. */
export function publicPartOf(key: JsonObject): { keyId: string; publicKey: string } | undefined {
  if (!isJsonObject(key.keys)) return undefined;
  const [entry, ...others] = Object.entries(key.keys);
  if (entry === undefined || others.length > 0) return undefined;
  const [keyId, publicKey] = entry;
  return typeof publicKey === 'string' && keyId === `ed25519:${publicKey}` ? { keyId, publicKey } : undefined;
}

/** The Ed25519 key with which a device signs; undefined if it has none. */
export function signingKeyOf(deviceKeys: JsonObject): string | undefined {
  const key = ownValue(deviceKeys.keys, `ed25519:${String(deviceKeys.device_id)}`);
  return typeof key === 'string' ? key : undefined;
}

/**
 * Splits `algorithm:ID`, the name of a one-time or fallback key.
 * @throws {MatrixError} 400 `M_INVALID_PARAM`
 */
export function splitKeyName(name: string): { algorithm: string; keyId: string } {
  const colon = name.indexOf(':');
  const algorithm = name.slice(0, Math.max(0, colon));
  const keyId = name.slice(colon + 1);
  if (algorithm === '' || keyId === '' || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalidParam('A key is named ALGORITHM:ID, with at most 255 bytes');
  }
  return { algorithm, keyId };
}
