import pg from 'pg';
import { runMigrations } from '../../migrations/run-migrations.ts';

/** Of the advisory lock that is held while the schema is changed. */
const MIGRATION_LOCK = 0x6775_6c64;

/**
 * Brings a database to the newest schema. Of several processes that start at once, one does it, and the others wait and
 * find it done. The lock goes with the session of a process that dies.
 */
export async function migrateAlone(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runMigrations({ client: 'pg', connection: url });
  } finally {
    await client.end();
  }
}
