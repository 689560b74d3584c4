import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findDendrite } from '../../bin/dendrite.mjs';
import { type Place, POSTGRES_DURABILITY, SECRET, type ServerKind } from './server-under-test.ts';

function dendrite(): ServerKind {
  return {
    name: 'Dendrite, PostgreSQL',
    database: 'postgres',
    durability: POSTGRES_DURABILITY,
    missing: () => (findDendrite() ? undefined : 'it is not installed: npm run services -- install dendrite'),
    prepare: async (place) => {
      const file = join(place.folder, 'dendrite.yaml');
      await writeFile(join(place.folder, 'matrix_key.pem'), signingKey());
      // YAML takes JSON as it is.
      await writeFile(file, JSON.stringify(configuration(place), null, 2));
      return {
        program: findDendrite() ?? '',
        args: ['--config', file, '--http-bind-address', `127.0.0.1:${place.port}`],
      };
    },
  };
}

/** Everything as in its sample, but for limits and what it would write to logs. */
function configuration({ folder, postgresUrl }: Place): object {
  return {
    version: 2,
    global: {
      server_name: 'bench.test',
      private_key: join(folder, 'matrix_key.pem'),
      database: {
        connection_string: `${postgresUrl}?sslmode=disable`,
        max_open_conns: 90,
        max_idle_conns: 5,
        conn_max_lifetime: -1,
      },
      cache: { max_size_estimated: '1gb', max_age: '1h' },
      jetstream: { storage_path: folder, topic_prefix: 'Dendrite' },
    },
    client_api: { registration_shared_secret: SECRET, rate_limiting: { enabled: false } },
    media_api: { base_path: join(folder, 'media') },
    logging: [{ type: 'std', level: 'warn' }],
  };
}

function signingKey(): string {
  const seed = randomBytes(32).toString('base64');
  return `-----BEGIN MATRIX PRIVATE KEY-----\nKey-ID: ed25519:bench\n\n${seed}\n-----END MATRIX PRIVATE KEY-----\n`;
}

/** Dendrite, which is in maintenance, on the database that it recommends. */
export const DENDRITE: readonly ServerKind[] = [dendrite()];
