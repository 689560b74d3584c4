import { fileURLToPath } from 'node:url';
import { POSTGRES_DURABILITY, SECRET, type ServerKind } from './server-under-test.ts';

const MAIN = fileURLToPath(new URL('../../src/server/main.ts', import.meta.url));

function guildhall(database: ServerKind['database']): ServerKind {
  const onSqlite = database === 'sqlite';
  return {
    name: onSqlite ? 'Guildhall, SQLite' : 'Guildhall, PostgreSQL',
    database,
    durability: onSqlite ? 'SQLite, WAL, synchronous=FULL: every commit is on the disk' : POSTGRES_DURABILITY,
    missing: () => undefined,
    prepare: async ({ folder, port, postgresUrl }) => ({
      program: process.execPath,
      args: [MAIN, 'start'],
      environment: {
        GUILDHALL_SERVER_NAME: 'bench.test',
        GUILDHALL_PORT: String(port),
        GUILDHALL_DATA_DIR: folder,
        GUILDHALL_REGISTRATION_SHARED_SECRET: SECRET,
        GUILDHALL_RATE_LIMITS: 'off',
        ...(onSqlite ? {} : { GUILDHALL_DATABASE_URL: postgresUrl }),
      },
    }),
  };
}

/** This server. */
export const GUILDHALL: readonly ServerKind[] = [guildhall('sqlite'), guildhall('postgres')];
