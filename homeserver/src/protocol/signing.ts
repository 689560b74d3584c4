import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Signatures } from './events.ts';
import { ownValue } from './json-values.ts';

/**
 * Ed25519 signatures on JSON.
 *
 * Source: specification v1.19, Appendices, "Signing JSON".
 */
export interface SigningKey {
  /** `ed25519:VERSION`. */
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** 32 bytes in unpadded base64. */
  readonly publicKeyBase64: string;
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The key pair of a 32-byte seed. Unless told, the version in its ID comes from the public key, so that two keys of a
 * server never share an ID.
 * @throws {RangeError} if the seed has not 32 bytes or the version other characters than `a-zA-Z0-9_`.
 */
export function generateSigningKey(seed: Uint8Array, version?: string): SigningKey {
  if (seed.byteLength !== 32) throw new RangeError('The seed of a signing key has 32 bytes');
  const der = Buffer.concat([PKCS8_ED25519, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKey = Buffer.from(x ?? '', 'base64url');
  const name = version ?? hash('sha256', publicKey).slice(0, 8);
  if (!/^[a-zA-Z0-9_]+$/.test(name)) throw new RangeError('A key version has only letters, digits and _');
  return { keyId: `ed25519:${name}`, privateKey, publicKeyBase64: encodeBase64(publicKey) };
}

/** The signature of a text's UTF-8 bytes in unpadded base64. */
export function signBytes(bytes: string, key: SigningKey): string {
  return encodeBase64(sign(null, Buffer.from(bytes), key.privateKey));
}

/** Whether `signature` (base64) is one of `bytes` by this public key (base64). Malformed input is a plain no. */
export function verifyBytes(bytes: string, signature: string, publicKeyBase64: string): boolean {
  const signatureBytes = decodeBase64(signature);
  const publicKey = importPublicKey(publicKeyBase64);
  if (signatureBytes?.byteLength !== 64 || publicKey === undefined) return false;
  return verify(null, Buffer.from(bytes), publicKey, signatureBytes);
}

/** As `verifyBytes`, on one of the threads that Node has for such work: for signatures that come in numbers. */
export async function verifyBytesAside(
  bytes: string,
  signature: string,
  publicKeyBase64: string,
): Promise<boolean> {
  const signatureBytes = decodeBase64(signature);
  const publicKey = importPublicKey(publicKeyBase64);
  if (signatureBytes?.byteLength !== 64 || publicKey === undefined) return false;
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  verify(null, Buffer.from(bytes), publicKey, signatureBytes, (error, isValid) => {
    if (error === null) resolve(isValid);
    else reject(error);
  });
  return promise;
}

/** The object with one more signature beside those it has. `unsigned` is kept and not covered. */
export function signJson<T extends object>(
  object: T,
  serverName: string,
  key: SigningKey,
): T & { signatures: Signatures } {
  return addSignature(object, serverName, key.keyId, signBytes(jsonSigningBytes(object), key));
}

/** The object with a signature made elsewhere added to those it has. */
export function addSignature<T extends object>(
  object: T & { signatures?: Signatures },
  serverName: string,
  keyId: string,
  signature: string,
): T & { signatures: Signatures } {
  const { signatures } = object;
  return {
    ...object,
    signatures: { ...signatures, [serverName]: { ...signatures?.[serverName], [keyId]: signature } },
  };
}

/** Canonical JSON of an object without `signatures` and `unsigned`: what a signature on it covers. */
function jsonSigningBytes(object: object): string {
  const { signatures: _signatures, unsigned: _unsigned, ...rest } = object as Record<string, unknown>;
  return canonicalJson(rest);
}

/** Whether the object carries a valid signature of this server and key. An object without canonical form has none. */
export function verifySignedJson(
  object: object,
  serverName: string,
  keyId: string,
  publicKeyBase64: string,
): boolean {
  const signature = signatureOf(object, serverName, keyId);
  if (signature === undefined) return false;
  let bytes: string;
  try {
    bytes = jsonSigningBytes(object);
  } catch {
    return false;
  }
  return verifyBytes(bytes, signature, publicKeyBase64);
}

/** The signature that an object claims to have of this server and key. */
export function signatureOf(object: object, serverName: string, keyId: string): string | undefined {
  const signatures = ownValue(object, 'signatures');
  const signature = ownValue(ownValue(signatures, serverName), keyId);
  return typeof signature === 'string' ? signature : undefined;
}

const MAX_CACHED_KEYS = 1000;
const publicKeys = new Map<string, KeyObject>();

function importPublicKey(publicKeyBase64: string): KeyObject | undefined {
  const known = publicKeys.get(publicKeyBase64);
  if (known) return known;
  const bytes = decodeBase64(publicKeyBase64);
  if (bytes?.byteLength !== 32) return undefined;
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
    format: 'jwk',
  });
  if (publicKeys.size >= MAX_CACHED_KEYS) publicKeys.clear();
  publicKeys.set(publicKeyBase64, key);
  return key;
}
