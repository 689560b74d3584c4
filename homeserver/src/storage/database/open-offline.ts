import { existsSync } from 'node:fs';
import { parseDatabaseUrl } from './database-url.ts';
import { openSession, type Session } from './session.ts';

/**
 * Opens a database that no server may be running on, for as long as the session is open.
 *
 * @throws an error that says what to do when a server is, or when there is no database.
 */
export async function openOffline(url: string): Promise<Session> {
  const where = parseDatabaseUrl(url);
  if (where.dialect === 'postgres') return openSession(url, 'write');
  if (!existsSync(where.path)) throw new Error(`There is no database ${where.path}.`);
  const { lockForThisProcess } = await import('./sqlite/single-process-lock.ts');
  const lock = lockForThisProcess(where.path);
  try {
    const session = await openSession(url, 'write');
    return {
      ...session,
      async close() {
        await session.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
