import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { copyContent } from '../../storage/copies/copy-content.ts';
import { renewInPlace, restoreSqlite } from '../../storage/copies/restore-database.ts';
import { parseDatabaseUrl } from '../../storage/database/database-url.ts';
import type { Session } from '../../storage/database/session.ts';
import { FileStore } from '../../storage/index.ts';
import { type Configuration, loadConfiguration } from '../configuration/index.ts';
import { openMediaStore } from '../open-media-store.ts';

const USAGE =
  'Say what to restore: --from DIR (what "backup" made there last) or --from FILE (one of its databases), or --in-place ' +
  'for a database that you have put in its place yourself.';

/** Puts a backup in the place of the database, or takes one that is there already into use, and the media with it. */
export async function restore(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      from: { type: 'string' },
      'in-place': { type: 'boolean', default: false },
    },
  });
  const { from, 'in-place': isInPlace } = values;
  const configuration = loadConfiguration({ argv: args, env: process.env });
  const { serverName, databaseUrl } = configuration;
  const database = parseDatabaseUrl(databaseUrl);
  const options = { serverName, now: Date.now() };
  if (from === undefined) {
    if (!isInPlace) throw new Error(USAGE);
    await renewInPlace(databaseUrl, options, async () => undefined);
  } else if (isInPlace || database.dialect === 'postgres') {
    const folder = resolve(from);
    await renewInPlace(databaseUrl, options, (copy) => copyMedia(configuration, folder, copy));
  } else {
    const backup = await findBackup(resolve(from));
    const folder = dirname(backup);
    await restoreSqlite(backup, database.path, options, (copy) => copyMedia(configuration, folder, copy));
    process.stdout.write(`${backup} was restored to ${database.path}.\n`);
  }
  process.stdout.write(
    'The database begins a new life: clients load everything afresh once. Start the server.\n',
  );
}

/** A file itself; of a folder the newest backup in it. */
async function findBackup(path: string): Promise<string> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) throw new Error(`There is no ${path}.`);
  if (!there.isDirectory()) return path;
  const names = (await readdir(path)).filter((name) => /^guildhall-.*Z\.db$/.test(name));
  const newest = names.sort().at(-1);
  if (newest === undefined) throw new Error(`There is no backup in ${path}.`);
  return join(path, newest);
}

async function copyMedia(configuration: Configuration, folder: string, copy: Session): Promise<void> {
  const from = await FileStore.open(join(folder, 'media'));
  const { copied, present, missing } = await copyContent(copy, from, await openMediaStore(configuration));
  process.stdout.write(`Media: ${copied} copied, ${present} there already, ${missing.length} in neither.\n`);
}
