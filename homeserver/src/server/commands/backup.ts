import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CopiedContent, copyContent } from '../../storage/copies/copy-content.ts';
import { copySqlite } from '../../storage/copies/copy-sqlite.ts';
import { parseDatabaseUrl } from '../../storage/database/database-url.ts';
import { openSession } from '../../storage/database/session.ts';
import { FileStore } from '../../storage/index.ts';
import { loadConfiguration } from '../configuration/index.ts';
import { openMediaStore } from '../open-media-store.ts';

/**
 * Copies the database and the media into a folder, beside the running server. With PostgreSQL, media only: the database
 * is copied by its own `pg_dump`.
 */
export async function backup(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { config: { type: 'string' }, to: { type: 'string' } },
  });
  const configuration = loadConfiguration({ argv: args, env: process.env });
  const { dataDir, databaseUrl } = configuration;
  const folder = resolve(values.to ?? join(dataDir, 'backups'));
  await mkdir(folder, { recursive: true });
  const copy = await copyDatabase(databaseUrl, folder);
  const session = await openSession(copy ?? databaseUrl, 'read');
  try {
    const media = await FileStore.open(join(folder, 'media'));
    report(await copyContent(session, await openMediaStore(configuration), media));
  } finally {
    await session.close();
  }
  process.stdout.write(
    copy === undefined
      ? `The media are in ${folder}. Copy the database with pg_dump, before the media: docs/admin/backup.md.\n`
      : `The database is in ${copy.slice('sqlite:'.length)}, whole and checked; the media beside it.\n`,
  );
}

/** @returns the URL of the copy; undefined where the database has its own means. */
async function copyDatabase(databaseUrl: string, folder: string): Promise<string | undefined> {
  const database = parseDatabaseUrl(databaseUrl);
  if (database.dialect === 'postgres') return undefined;
  // As 2026-11-21T08-30-00Z: names sort by time, and are names on every system.
  const time = new Date().toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  const path = join(folder, `guildhall-${time}.db`);
  await copySqlite(database.path, path);
  return `sqlite:${path}`;
}

function report({ copied, present, missing }: CopiedContent): void {
  process.stdout.write(`Media: ${copied} copied, ${present} there already.\n`);
  if (missing.length === 0) return;
  const some = missing.slice(0, 5).join(', ');
  process.stdout.write(`${missing.length} that the database names are not in MEDIA_URL: ${some}\n`);
}
