import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';

/**
 * Copies a SQLite database, beside a running server too: one moment of it, whatever is written meanwhile. The copy has
 * its name only once it is whole, was checked, and is on the disk.
 *
 * @throws an error when there is no such database, or the copy is not sound; then there is none.
 */
export async function copySqlite(from: string, to: string): Promise<void> {
  const partial = `${to}.partial`;
  await rm(partial, { force: true });
  try {
    // Unlike the backup API, it does not begin anew whenever somebody writes.
    withDatabase(from, (database) => database.prepare('VACUUM INTO ?').run(partial));
    await finishCopy(partial, to);
  } finally {
    await rm(partial, { force: true });
  }
}

/** Gives a copy its name, once it is sound and on the disk. @throws an error when it is not sound. */
export async function finishCopy(partial: string, to: string): Promise<void> {
  const verdict = withDatabase(partial, (database) => database.pragma('integrity_check', { simple: true }));
  if (verdict !== 'ok') throw new Error(`The copy ${partial} is not sound: ${String(verdict)}`);
  await syncFile(partial);
  await rename(partial, to);
  await syncFile(dirname(to));
}

function withDatabase<T>(path: string, use: (database: BetterSqlite3.Database) => T): T {
  const database = new BetterSqlite3(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    return use(database);
  } finally {
    database.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
