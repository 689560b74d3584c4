import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findSynapsePython } from '../bin/synapse.mjs';
import { freePort } from './server-process.ts';
import { registerUser, request, TestUser } from './test-user.ts';

const READY_WITHIN_MS = 60_000;

/** How a Synapse differs from one in which nothing is configured, but for limits and what a server may choose. */
export interface SynapseOptions {
  readonly serverName: string;
  /** What it answers on its one port, which is without TLS: `client`, `media`, `federation`. */
  readonly resources: readonly string[];
  /** Keys of its configuration, as in `homeserver.yaml`. */
  readonly configuration?: object;
}

/** A real Synapse, in a process of its own, on an empty database in memory. */
export class SynapseServer {
  readonly url: string;
  readonly serverName: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, serverName: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.serverName = serverName;
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts one. Stop it after the test. */
  static async start(options: SynapseOptions): Promise<SynapseServer> {
    const python = findSynapsePython();
    if (python === undefined) throw new Error('No Synapse: run "npm run services -- install"');
    const folder = await mkdtemp(join(tmpdir(), 'guildhall-synapse-'));
    const port = await freePort();
    const file = join(folder, 'homeserver.yaml');
    const seed = randomBytes(32).toString('base64').replaceAll('=', '');
    await writeFile(join(folder, 'signing.key'), `ed25519 a_compat ${seed}\n`);
    await writeFile(join(folder, 'log.yaml'), JSON.stringify(LOGGING));
    // YAML takes JSON as it is.
    await writeFile(file, JSON.stringify(configurationOf(options, folder, port)));
    const child = spawn(python, ['-m', 'synapse.app.homeserver', '--config-path', file], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const server = new SynapseServer(`http://127.0.0.1:${port}`, options.serverName, child, folder);
    try {
      await server.#untilReady();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Of its process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** A new account with a session. */
  register(localpart: string): Promise<TestUser> {
    // What another server answers is neither checked nor covered.
    return registerUser(() => this.url, localpart, undefined, fetch);
  }

  /** A new admin with a session. Source: Synapse's documentation, "Shared-Secret Registration". */
  async registerAdmin(localpart: string): Promise<TestUser> {
    const path = '/_synapse/admin/v1/register';
    const { nonce } = (await request(this.url, 'GET', path)).body;
    const password = `password of ${localpart}`;
    const signed = [nonce, localpart, password, 'admin'].join('\0');
    const mac = createHmac('sha1', SHARED_SECRET).update(signed).digest('hex');
    const account = { nonce, username: localpart, password, mac, admin: true };
    const { status, body } = await request(this.url, 'POST', path, { body: account });
    if (status !== 200) throw new Error(`${localpart} was not registered: ${JSON.stringify(body)}`);
    return new TestUser(() => this.url, body.user_id, body.device_id, body.access_token, fetch);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      // Nothing of it is kept.
      this.#child.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #untilReady(): Promise<void> {
    let said = '';
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
      if (process.env.GUILDHALL_TEST_LOG !== undefined) process.stderr.write(chunk);
    });
    const deadline = performance.now() + READY_WITHIN_MS;
    while (performance.now() < deadline) {
      const { exitCode } = this.#child;
      if (exitCode !== null) throw new Error(`Synapse ended with code ${exitCode}: ${said}`);
      const response = await fetch(`${this.url}/_matrix/client/versions`).catch(() => undefined);
      if (response?.ok) return;
      await delay(100);
    }
    throw new Error(`Synapse does not answer: ${said}`);
  }
}

/** What makes admins. */
const SHARED_SECRET = 'of a test';

/** So high that nobody reaches it. */
const NO_LIMIT = { per_second: 1_000_000, burst_count: 1_000_000 };

function configurationOf(
  { serverName, resources, configuration }: SynapseOptions,
  folder: string,
  port: number,
): object {
  return {
    server_name: serverName,
    listeners: [
      {
        port,
        bind_addresses: ['127.0.0.1'],
        type: 'http',
        tls: false,
        resources: [{ names: resources }],
      },
    ],
    database: { name: 'sqlite3', args: { database: ':memory:' } },
    signing_key_path: join(folder, 'signing.key'),
    media_store_path: join(folder, 'media'),
    log_config: join(folder, 'log.yaml'),
    macaroon_secret_key: 'of a test',
    form_secret: 'of a test',
    report_stats: false,
    trusted_key_servers: [],
    bcrypt_rounds: 4,
    background_updates: { sleep_enabled: false },
    // Else the same question is not asked again for two minutes.
    caches: { sync_response_cache_duration: '0s' },
    registration_shared_secret: SHARED_SECRET,
    enable_registration: true,
    enable_registration_without_verification: true,
    default_room_version: '12',
    room_list_publication_rules: [{ action: 'allow' }],
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
    rc_federation: { window_size: 1, sleep_limit: 1_000_000, sleep_delay: 1, reject_limit: 1_000_000 },
    ...configuration,
  };
}

const LOGGING = {
  version: 1,
  disable_existing_loggers: false,
  handlers: { console: { class: 'logging.StreamHandler' } },
  root: { level: process.env.GUILDHALL_TEST_LOG === undefined ? 'ERROR' : 'INFO', handlers: ['console'] },
};
