import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findSynapsePython } from '../../bin/synapse.mjs';
import { type Place, POSTGRES_DURABILITY, SECRET, type ServerKind } from './server-under-test.ts';

/** So high that nobody reaches it. */
const NO_LIMIT = { per_second: 1_000_000, burst_count: 1_000_000 };

function synapse(database: ServerKind['database']): ServerKind {
  const onSqlite = database === 'sqlite';
  return {
    name: onSqlite ? 'Synapse, SQLite' : 'Synapse, PostgreSQL',
    database,
    durability: onSqlite
      ? 'SQLite, WAL, synchronous=FULL (the default of Python’s): every commit is on the disk'
      : POSTGRES_DURABILITY,
    missing: () => (findSynapsePython() ? undefined : 'it is not installed: npm run services -- install'),
    prepare: async (place) => {
      const file = join(place.folder, 'homeserver.yaml');
      await writeFile(join(place.folder, 'signing.key'), `ed25519 a_bench ${unpaddedSeed()}\n`);
      await writeFile(join(place.folder, 'log.yaml'), JSON.stringify(LOGGING));
      // YAML takes JSON as it is.
      await writeFile(file, JSON.stringify(configuration(place), null, 2));
      return {
        program: findSynapsePython() ?? '',
        args: ['-m', 'synapse.app.homeserver', '--config-path', file],
      };
    },
  };
}

/** Everything as Synapse has it unless said otherwise, but for limits and the cost of passwords. */
function configuration({ folder, port, postgresUrl }: Place): object {
  return {
    server_name: 'bench.test',
    listeners: [
      { port, bind_addresses: ['127.0.0.1'], type: 'http', tls: false, resources: [{ names: ['client'] }] },
    ],
    database:
      postgresUrl === ''
        ? { name: 'sqlite3', args: { database: join(folder, 'homeserver.db') } }
        : { name: 'psycopg2', args: { dsn: postgresUrl, cp_min: 5, cp_max: 10 } },
    signing_key_path: join(folder, 'signing.key'),
    media_store_path: join(folder, 'media'),
    log_config: join(folder, 'log.yaml'),
    registration_shared_secret: SECRET,
    macaroon_secret_key: SECRET,
    form_secret: SECRET,
    report_stats: false,
    trusted_key_servers: [],
    // A thousand accounts are made before anything is measured; nobody logs in while it is.
    bcrypt_rounds: 4,
    rc_message: NO_LIMIT,
    rc_registration: NO_LIMIT,
    rc_joins: { local: NO_LIMIT, remote: NO_LIMIT },
    rc_joins_per_room: NO_LIMIT,
    rc_invites: { per_room: NO_LIMIT, per_user: NO_LIMIT, per_issuer: NO_LIMIT },
    rc_login: { address: NO_LIMIT, account: NO_LIMIT, failed_attempts: NO_LIMIT },
    rc_room_creation: NO_LIMIT,
    rc_presence: { per_user: NO_LIMIT },
  };
}

const LOGGING = {
  version: 1,
  handlers: { console: { class: 'logging.StreamHandler' } },
  root: { level: 'WARNING', handlers: ['console'] },
};

function unpaddedSeed(): string {
  return randomBytes(32).toString('base64').replaceAll('=', '');
}

/** Synapse, the reference implementation, on the database that it is meant for and on that of trials. */
export const SYNAPSE: readonly ServerKind[] = [synapse('sqlite'), synapse('postgres')];
