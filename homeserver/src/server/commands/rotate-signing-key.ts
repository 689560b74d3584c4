import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { generateSigningKey } from '../../protocol/signing.ts';
import { openOfflineSession } from '../../storage/database/session.ts';
import { replaceSigningKey } from '../../storage/stores/signing-key-store.ts';
import { loadConfiguration } from '../configuration/index.ts';
import { storedForm } from '../identity.ts';

/**
 * Gives the server another key to sign with. What the old one has signed stays true: it is published as a key that signs
 * no more (Server-Server API v1.19, `GET /_matrix/key/v2/server`, `old_verify_keys`). Servers hold their key in memory, so
 * none may be running.
 */
export async function rotateSigningKey(args: readonly string[]): Promise<void> {
  parseArgs({ args: [...args], options: { config: { type: 'string' } } });
  const { databaseUrl } = loadConfiguration({ argv: args, env: process.env });
  const key = generateSigningKey(randomBytes(32));
  const session = await openOfflineSession(databaseUrl, 'write');
  try {
    const oldKeyId = await replaceSigningKey(session, storedForm(key), Date.now());
    await session.commit();
    process.stdout.write(
      `${key.keyId} signs from now on. ${oldKeyId} signs no more; it stays published, so that what it has signed still ` +
        'counts. Start the server: other servers ask for the new key when they first see it.\n',
    );
  } finally {
    await session.close();
  }
}
