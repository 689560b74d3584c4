import pg from 'pg';

/** Of the advisory lock that all servers on a database share, and that a tool which needs it for itself has alone. */
const DATABASE_LOCK = 0x6775_6462;
/** The session of a process that has just died may need a moment to let go. */
const PATIENCE = 'SET lock_timeout = 5000';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Keeps tools that need a database for themselves away from it, for as long as the session lasts.
 *
 * @throws an error that says what to do while such a tool is at work.
 */
export function shareDatabase(client: pg.Client): Promise<void> {
  return lock(
    client,
    'pg_advisory_lock_shared',
    'This database is being copied or restored. Start the server when that is done.',
  );
}

/**
 * Keeps servers and other tools away from a database, for as long as the session lasts.
 *
 * @throws an error that says what to do while a server runs on it.
 */
export function takeDatabase(client: pg.Client): Promise<void> {
  return lock(client, 'pg_advisory_lock', 'A Guildhall is running on this database. Stop it first.');
}

async function lock(client: pg.Client, how: string, refusal: string): Promise<void> {
  await client.query(PATIENCE);
  try {
    await client.query(`SELECT ${how}($1)`, [DATABASE_LOCK]);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
    throw new Error(refusal, { cause: error });
  }
}
