import { parseArgs } from 'node:util';
import { migrateDatabase } from '../../storage/copies/migrate-database.ts';
import { withoutPassword } from '../../storage/database/open-snapshot.ts';
import { loadConfiguration } from '../configuration/index.ts';
import { databaseUrl as databaseUrlType } from '../configuration/value-types.ts';

/** Copies the database of the stopped server to another, empty one, and leaves it as it is. */
export async function migrateDatabaseCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, to: { type: 'string' } },
  });
  const to = databaseUrlType.parse(values.to ?? '', process.cwd());
  if (to === undefined) throw new Error(`Say where to: --to ${databaseUrlType.expected}`);
  const { databaseUrl: from } = loadConfiguration({ argv: args, env: process.env });
  let rows = 0;
  for await (const copied of migrateDatabase(from, to, Date.now())) {
    rows += copied.rows;
    process.stdout.write(`${String(copied.rows).padStart(12)} ${copied.table}\n`);
  }
  process.stdout.write(
    `${String(rows).padStart(12)} rows in all, read again and compared.\n\n` +
      `Set DATABASE_URL to ${withoutPassword(to)} and start the server: clients load everything afresh once. ` +
      `${withoutPassword(from)} was left as it is.\n`,
  );
}
