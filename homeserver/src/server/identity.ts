import { randomBytes } from 'node:crypto';
import { randomOpaqueId } from '../base/ids.ts';
import { generateSigningKey, type SigningKey } from '../protocol/signing.ts';
import { ExpectationFailed, type Storage } from '../storage/index.ts';
import type { StoredSigningKey } from '../storage/stores/signing-key-store.ts';

/** What stays the same for the life of a database. */
export interface ServerIdentity {
  readonly signingKeyId: string;
  /** Part of every sync token, so that a token of another database is recognised. */
  readonly epoch: string;
}

/**
 * Reads who this server is, and decides it at the first start.
 *
 * @throws an error with the reason when the database belongs to a server of another name.
 */
export async function establishIdentity(
  storage: Storage,
  serverName: string,
  now: number,
): Promise<ServerIdentity> {
  const stored = await storage.meta.getOrSet('server_name', serverName);
  if (stored !== serverName) {
    throw new Error(
      `This database belongs to ${stored}, and SERVER_NAME is ${serverName}. The name is part of every user and ` +
        `room and cannot change: set SERVER_NAME to ${stored}, or start with another DATA_DIR.`,
    );
  }
  const epoch = await storage.meta.getOrSet('epoch', randomOpaqueId(6));
  return { epoch, signingKeyId: await establishSigningKey(storage, now) };
}

async function establishSigningKey(storage: Storage, now: number): Promise<string> {
  const stored = await storage.signingKeys.current();
  if (stored !== undefined) return stored.keyId;
  const key = generateSigningKey(randomBytes(32));
  try {
    await storage.signingKeys.add(storedForm(key), now);
    return key.keyId;
  } catch (error) {
    // Another process starts for the first time as well.
    const made = error instanceof ExpectationFailed ? await storage.signingKeys.current() : undefined;
    if (made === undefined) throw error;
    return made.keyId;
  }
}

/** A key as the database has it. */
export function storedForm({ keyId, privateKey }: SigningKey): StoredSigningKey {
  return { keyId, privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') };
}
