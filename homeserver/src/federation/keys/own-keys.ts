import { decodeBase64 } from '../../protocol/base64.ts';
import { generateSigningKey, type SigningKey } from '../../protocol/signing.ts';
import type { Storage } from '../../storage/index.ts';

/** A key that this server signs with no more. */
export interface OldKey {
  readonly keyId: string;
  readonly publicKeyBase64: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiredTs: number;
}

/** The keys of this server. */
export interface OwnKeys {
  /** What requests and events are signed with. */
  readonly current: SigningKey;
  readonly old: readonly OldKey[];
}

/** Where the 32 bytes of a key begin in PKCS #8. */
const SEED_OFFSET = 16;

/** Reads the keys of this server, which are there from its first start on. */
export async function loadOwnKeys(storage: Storage): Promise<OwnKeys> {
  let current: SigningKey | undefined;
  const old: OldKey[] = [];
  for (const { keyId, privateKey, expiredTs } of await storage.signingKeys.all()) {
    const der = decodeBase64(privateKey) ?? new Uint8Array();
    const key = generateSigningKey(der.subarray(SEED_OFFSET), keyId.replace(/^ed25519:/, ''));
    if (expiredTs === null) current = key;
    else old.push({ keyId, publicKeyBase64: key.publicKeyBase64, expiredTs });
  }
  if (current === undefined) throw new Error('the server has no signing key');
  return { current, old };
}
