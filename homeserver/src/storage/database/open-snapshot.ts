import { migrations } from '../migrations/run-migrations.ts';
import { openSession, type Session } from './session.ts';
import { defineQuery } from './sql.ts';

const migrationsDone = defineQuery<[], { name: string }>('SELECT name FROM knex_migrations');

/**
 * Opens a database for reading one moment of it, also beside a running server. For tools of the command line; a server
 * must not hold one, since what it could see cannot be tidied away until it is closed.
 *
 * @throws an error that says what to do when there is no database, or one of another version of the schema.
 */
export async function openSnapshot(url: string): Promise<Omit<Session, 'run' | 'insert' | 'commit'>> {
  const session = await openSession(url, 'read');
  try {
    await requireSchema(session, url);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** @throws an error that says what to do, unless the database has the schema of this version. */
export async function requireSchema(session: Session, url: string): Promise<void> {
  const done = await session.all(migrationsDone, []).catch(() => []);
  if (done.length === 0) throw new Error(`There is no Guildhall in the database ${withoutPassword(url)}.`);
  const names = new Set(done.map(({ name }) => name));
  if (names.size === migrations.length && migrations.every(({ name }) => names.has(name))) return;
  throw new Error(
    `The database ${withoutPassword(url)} has the schema of another version of Guildhall. Start the server on it ` +
      'once with this version, stop it, and try again.',
  );
}

/** A database's URL as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]+):[^@/]*@/, '//$1@');
}
