import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findSynapsePython } from '../../homeserver/bin/synapse.mjs';
import { freePort } from '../../homeserver/test-kit/server-process.ts';
import { TestServer } from '../../homeserver/test-kit/test-server.ts';

/** The name of both servers, so that the same people have the same IDs on both. */
const SERVER_NAME = 'compat.test';
/** With which both register admins. */
export const SHARED_SECRET = 'for the comparison';

const READY_WITHIN_MS = 60_000;

/** Guildhall and Synapse, which have to answer the same. */
export interface Servers {
  readonly guildhall: string;
  readonly synapse: string;
}

let running: Promise<Servers & { stop(): Promise<void> }> | undefined;

/** Starts both with the first test that asks, and gives the same to all others. */
export function startServers(): Promise<Servers> {
  running ??= start();
  return running;
}

/** Ends both, if they were started. */
export async function stopServers(): Promise<void> {
  await (await running?.catch(() => undefined))?.stop();
  running = undefined;
}

async function start(): Promise<Servers & { stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'guildhall-compat-'));
  const synapse = await startSynapse(folder);
  const guildhall = await TestServer.start({
    SERVER_NAME,
    REGISTRATION_SHARED_SECRET: SHARED_SECRET,
    MAX_UPLOAD: '1M',
  });
  return {
    guildhall: guildhall.url,
    synapse: synapse.url,
    async stop() {
      await guildhall.stop();
      await synapse.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startSynapse(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const python = findSynapsePython();
  if (python === undefined) throw new Error('No Synapse: run "npm run services -- install"');
  const port = await freePort();
  const file = join(folder, 'homeserver.yaml');
  const seed = randomBytes(32).toString('base64').replaceAll('=', '');
  await writeFile(join(folder, 'signing.key'), `ed25519 a_compat ${seed}\n`);
  await writeFile(join(folder, 'log.yaml'), JSON.stringify(LOGGING));
  // YAML takes JSON as it is.
  await writeFile(file, JSON.stringify(synapseConfiguration(folder, port)));
  const child = spawn(python, ['-m', 'synapse.app.homeserver', '--config-path', file], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    url,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      // Nothing of it is kept.
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`Synapse ended with code ${child.exitCode}: ${said}`);
    const response = await fetch(`${url}/_matrix/client/versions`).catch(() => undefined);
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error(`Synapse does not answer: ${said}`);
}

/** So high that nobody reaches it. */
const NO_LIMIT = { per_second: 1_000_000, burst_count: 1_000_000 };

/** As Synapse is when nothing is configured, but for limits, and what a server may choose and Guildhall chooses. */
function synapseConfiguration(folder: string, port: number): object {
  return {
    server_name: SERVER_NAME,
    listeners: [
      {
        port,
        bind_addresses: ['127.0.0.1'],
        type: 'http',
        tls: false,
        resources: [{ names: ['client', 'media'] }],
      },
    ],
    database: { name: 'sqlite3', args: { database: ':memory:' } },
    signing_key_path: join(folder, 'signing.key'),
    media_store_path: join(folder, 'media'),
    log_config: join(folder, 'log.yaml'),
    registration_shared_secret: SHARED_SECRET,
    macaroon_secret_key: SHARED_SECRET,
    form_secret: SHARED_SECRET,
    report_stats: false,
    trusted_key_servers: [],
    bcrypt_rounds: 4,
    background_updates: { sleep_enabled: false },
    // Else the same question is not asked again for two minutes.
    caches: { sync_response_cache_duration: '0s' },
    enable_registration: true,
    enable_registration_without_verification: true,
    default_room_version: '12',
    max_upload_size: '1M',
    dynamic_thumbnails: true,
    room_list_publication_rules: [{ action: 'allow' }],
    allow_public_rooms_without_auth: true,
    // Without the push rules that the specification took away in v1.17.
    experimental_features: { msc4210_enabled: true },
    user_directory: { search_all_users: false },
    rc_message: NO_LIMIT,
    rc_registration: NO_LIMIT,
    rc_registration_token_validity: NO_LIMIT,
    rc_joins: { local: NO_LIMIT, remote: NO_LIMIT },
    rc_joins_per_room: NO_LIMIT,
    rc_invites: { per_room: NO_LIMIT, per_user: NO_LIMIT, per_issuer: NO_LIMIT },
    rc_login: { address: NO_LIMIT, account: NO_LIMIT, failed_attempts: NO_LIMIT },
    rc_admin_redaction: NO_LIMIT,
    rc_room_creation: NO_LIMIT,
    rc_presence: { per_user: NO_LIMIT },
    rc_reports: NO_LIMIT,
    rc_media_create: NO_LIMIT,
    rc_user_directory: NO_LIMIT,
    rc_third_party_invite: NO_LIMIT,
    rc_key_requests: NO_LIMIT,
  };
}

const LOGGING = {
  version: 1,
  handlers: { console: { class: 'logging.StreamHandler' } },
  root: { level: 'ERROR', handlers: ['console'] },
};
