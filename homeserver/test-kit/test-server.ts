import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../src/base/clock.ts';
import { createLogger, type LogLevel } from '../src/base/logger.ts';
import type { RoomsContext } from '../src/rooms/index.ts';
import { loadConfiguration } from '../src/server/configuration/index.ts';
import { type RunningServer, runServer } from '../src/server/run-server.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { registerUser, request, type TestResponse, type TestUser } from './test-user.ts';

/** How a test's server differs from the others: configuration keys without `GUILDHALL_`, for instance `MAX_UPLOAD`. */
export type TestConfiguration = Readonly<Record<string, string>>;

/** What a test's server has beside its configuration. */
export interface TestServerOptions {
  /** A build of the web client that it serves; without one it has no pages. */
  readonly clientDirectory?: string;
  /** The machine's clock unless given. */
  readonly clock?: Clock;
  /** What rooms may take in memory, in bytes; as in production unless given. */
  readonly roomMemoryBytes?: number;
}

const DEFAULT_NAME = 'hs.test';

/** Hashing that takes a millisecond: what passwords cost is not what these tests are about. */
const CHEAP_HASHING = { memoryKiB: 1024, passes: 1 };

/**
 * A server in this process, on the database that this run of the tests is about. Everything else is as in production;
 * registration is open, and rate limits and federation (see `TestNetwork`) are off, unless the test says otherwise.
 */
export class TestServer {
  readonly #database: TestDatabase;
  readonly #dataDir: string;
  readonly #configuration: TestConfiguration;
  readonly #options: TestServerOptions;
  #running: RunningServer | undefined;

  private constructor(
    database: TestDatabase,
    dataDir: string,
    configuration: TestConfiguration,
    options: TestServerOptions,
  ) {
    this.#database = database;
    this.#dataDir = dataDir;
    this.#configuration = configuration;
    this.#options = options;
  }

  /** Starts a server on an empty database. Stop it after the test. */
  static async start(
    configuration: TestConfiguration = {},
    options: TestServerOptions = {},
  ): Promise<TestServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'guildhall-data-'));
    const server = new TestServer(await createTestDatabase(), dataDir, configuration, options);
    try {
      await server.#run();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Where it listens, without a slash at the end. Another one after a restart. */
  get url(): string {
    return this.#server.url;
  }

  /** The end of its users' names. */
  get serverName(): string {
    return this.#configuration.SERVER_NAME ?? DEFAULT_NAME;
  }

  /** The port for other servers alone, which there is with a certificate. */
  get federationPort(): number | undefined {
    return this.#server.federationPort;
  }

  /** The token with which the first admin registers. */
  get firstAdminToken(): string | undefined {
    return this.#server.firstAdminToken;
  }

  /** The rooms in this process, for what does not come over HTTP. Others after a restart. */
  get rooms(): RoomsContext {
    return this.#server.rooms;
  }

  /** How other servers are asked, for what no client asks for. Another after a restart. */
  get federation(): RunningServer['federation'] {
    return this.#server.federation;
  }

  get #server(): RunningServer {
    if (this.#running === undefined) throw new Error('the server is not running');
    return this.#running;
  }

  /** One request without a token; the body is sent as JSON. */
  request(method: string, path: string, body?: unknown): Promise<TestResponse> {
    return request(this.url, method, path, { body });
  }

  /** A new account with a session. */
  register(localpart: string): Promise<TestUser> {
    return registerUser(() => this.url, localpart);
  }

  /** The first admin, with a session. */
  registerAdmin(localpart: string): Promise<TestUser> {
    const auth = { type: 'm.login.registration_token', token: this.firstAdminToken };
    return registerUser(() => this.url, localpart, auth);
  }

  /** How a command of the command line finds the data. */
  get dataConfiguration(): { readonly DATA_DIR: string; readonly DATABASE_URL: string } {
    return { DATA_DIR: this.#dataDir, DATABASE_URL: this.#database.url };
  }

  /**
   * Stops the server in order, and starts it again on the same data. Sessions stay.
   *
   * @param meanwhile is done while it is stopped.
   */
  async restart(meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
    await this.#server.stop();
    await meanwhile();
    await this.#run();
  }

  /** Stops the server and removes its data. */
  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
    await this.#database.drop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #run(): Promise<void> {
    const settings: TestConfiguration = {
      SERVER_NAME: DEFAULT_NAME,
      ...this.dataConfiguration,
      PORT: '0',
      FEDERATION: 'off',
      FEDERATION_PORT: '0',
      FEDERATION_KEY_SERVERS: 'none',
      REGISTRATION: 'open',
      RATE_LIMITS: 'off',
      ...this.#configuration,
    };
    const env = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`GUILDHALL_${key}`, value]),
    );
    this.#running = await runServer({
      configuration: loadConfiguration({ argv: [], env }),
      clientDirectory: this.#options.clientDirectory ?? join(this.#dataDir, 'no-client'),
      ...(this.#options.clock && { clock: this.#options.clock }),
      ...(this.#options.roomMemoryBytes && { roomMemoryBytes: this.#options.roomMemoryBytes }),
      logger: createLogger({ level: (process.env.GUILDHALL_TEST_LOG as LogLevel | undefined) ?? 'error' }),
      passwordHashing: CHEAP_HASHING,
    });
  }
}
