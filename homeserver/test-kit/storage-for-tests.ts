import { copyFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { openStorage, type Storage } from '../src/storage/index.ts';
import { createTestDatabase, testDialect } from './test-database.ts';

/** Storage over an empty database of a test's own. */
export interface TestStorage {
  /** As `openStorage` takes it. */
  readonly url: string;
  readonly storage: Storage;
  /** Closes the storage and deletes the database. */
  close(): Promise<void>;
}

/** Opens storage over a new database, on SQLite or PostgreSQL as `GUILDHALL_TEST_DATABASE` says. */
export async function openTestStorage(): Promise<TestStorage> {
  const { url, drop } = await createTestDatabase();
  if (testDialect === 'sqlite') await copySchema(url);
  const storage = await openStorage({ url, onError: rethrow });
  return {
    url,
    storage,
    async close() {
      await storage.database.close();
      await drop();
    },
  };
}

/** Runs a test over a new database: `it('...', () => withStorage(async (storage) => { ... }))`. */
export async function withStorage<T>(test: (storage: Storage) => Promise<T>): Promise<T> {
  const { storage, close } = await openTestStorage();
  try {
    return await test(storage);
  } finally {
    await close();
  }
}

let template: Promise<string> | undefined;

/** A copy of a database that has the schema already is there ten times faster than one that is migrated. */
async function copySchema(url: string): Promise<void> {
  template ??= createTemplate();
  copyFileSync(pathOf(await template), pathOf(url));
}

async function createTemplate(): Promise<string> {
  const { url } = await createTestDatabase();
  const { database } = await openStorage({ url, onError: rethrow });
  await database.close();
  process.once('exit', () => rmSync(dirname(pathOf(url)), { recursive: true, force: true }));
  return url;
}

function pathOf(url: string): string {
  return url.replace('sqlite:', '');
}

function rethrow(error: Error): never {
  throw error;
}
