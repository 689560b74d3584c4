import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openOfflineSession, openSession, type Session } from '../database/session.ts';
import { defineQuery } from '../database/sql.ts';
import { lockForThisProcess } from '../database/sqlite/single-process-lock.ts';
import { finishCopy } from './copy-sqlite.ts';
import { beginNewLife, forgetOneTimeKeys } from './new-life.ts';

const serverNames = defineQuery<[], { value: string }>("SELECT value FROM meta WHERE key = 'server_name'");

/** What a database that was put back is checked against. */
export interface RestoreOptions {
  /** Whose database it has to be. */
  readonly serverName: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * Puts the copy of a SQLite database in its place, where it begins a new life. The place must be empty. It has its name
 * only once it is whole, so a server never starts on half of it.
 *
 * @param prepare is called with the copy before it takes its place, which it does not when this throws.
 * @throws an error that says what to do when there is a database already, or it is another server's.
 */
export async function restoreSqlite(
  backup: string,
  path: string,
  options: RestoreOptions,
  prepare: (copy: Session) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const lock = lockForThisProcess(path);
  const partial = `${path}.partial`;
  try {
    if (existsSync(path)) {
      throw new Error(
        `There is a database ${path} already. Move it away first, with its -wal and -shm if there are any.`,
      );
    }
    // What lies beside the name would be taken for a part of the restored one.
    for (const suffix of ['-wal', '-shm']) await rm(`${path}${suffix}`, { force: true });
    await copyFile(backup, partial, constants.COPYFILE_FICLONE);
    const copy = await openSession(`sqlite:${partial}`, 'write');
    try {
      await prepare(copy);
      await renew(copy, options);
    } finally {
      await copy.close();
    }
    await finishCopy(partial, path);
  } finally {
    await rm(partial, { force: true });
    lock.release();
  }
}

/**
 * Begins a new life of a database that somebody put in its place from a copy: with `pg_restore`, say.
 *
 * @throws an error that says what to do when a server runs on it, or it is another server's.
 */
export async function renewInPlace(
  url: string,
  options: RestoreOptions,
  prepare: (database: Session) => Promise<void>,
): Promise<void> {
  const session = await openOfflineSession(url, 'write');
  try {
    await prepare(session);
    await renew(session, options);
  } finally {
    await session.close();
  }
}

async function renew(session: Session, { serverName, now }: RestoreOptions): Promise<void> {
  const [stored] = await session.all(serverNames, []);
  if (stored === undefined) throw new Error('There is no Guildhall in this database.');
  if (stored.value !== serverName) {
    throw new Error(`This is the database of ${stored.value}, and SERVER_NAME is ${serverName}.`);
  }
  await beginNewLife(session, now);
  await forgetOneTimeKeys(session);
  await session.commit();
}
