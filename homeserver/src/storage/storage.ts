import type { Database } from './database/database.ts';
import { type DatabaseOptions, openDatabase } from './database/open-database.ts';
import { MetaStore } from './stores/meta-store.ts';
import { SigningKeyStore } from './stores/signing-key-store.ts';
import { StringStore } from './stores/string-store.ts';

/** Everything that is stored: one store for each thing, over one database. */
export interface Storage {
  readonly database: Database;
  readonly meta: MetaStore;
  readonly signingKeys: SigningKeyStore;
  readonly strings: StringStore;
}

/** Opens the database and the stores over it. */
export async function openStorage(options: DatabaseOptions): Promise<Storage> {
  const database = await openDatabase(options);
  const strings = new StringStore(database);
  return {
    database,
    meta: new MetaStore(database),
    signingKeys: new SigningKeyStore(database),
    strings,
  };
}
