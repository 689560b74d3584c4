import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CommandResult, runCommand } from './run-command.ts';
import { copyInCluster, createTestDatabase, type TestDatabase, testDialect } from './test-database.ts';
import { TestServer } from './test-server.ts';
import { TestUser } from './test-user.ts';

/** A server whose database is copied, put back and moved about while its users keep their sessions. */
export class MovableServer {
  /** Everything that it has on the disk, and where the test may put copies. */
  readonly folder: string;
  readonly #databases: TestDatabase[] = [];
  #database: TestDatabase;
  #dataDir: string;
  #running: TestServer | undefined;
  #settings: Readonly<Record<string, string>> = {};

  private constructor(folder: string, database: TestDatabase) {
    this.folder = folder;
    this.#dataDir = join(folder, 'data');
    this.#database = database;
  }

  /** Starts one on an empty database. */
  static async start(): Promise<MovableServer> {
    const server = new MovableServer(
      await mkdtemp(join(tmpdir(), 'guildhall-moved-')),
      await createTestDatabase(),
    );
    await server.resume();
    return server;
  }

  get url(): string {
    if (this.#running === undefined) throw new Error('the server is not running');
    return this.#running.url;
  }

  get databaseUrl(): string {
    return this.#database.url;
  }

  /** Somebody with a session that goes on whatever becomes of the server. */
  async register(name: string): Promise<TestUser> {
    const user = await this.#running?.register(name);
    if (user === undefined) throw new Error('the server is not running');
    return new TestUser(() => this.url, user.userId, user.deviceId, user.accessToken);
  }

  async pause(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Starts again, on the database and data folder of now. */
  async resume(): Promise<void> {
    this.#running = await TestServer.start(this.#configuration);
  }

  /** Makes another database or data folder those of now. */
  moveTo(database: TestDatabase, dataDir = this.#dataDir): void {
    this.#databases.push(this.#database);
    this.#database = database;
    this.#dataDir = dataDir;
  }

  /** Further configuration, from the next start or command on. */
  configure(settings: Readonly<Record<string, string>>): void {
    this.#settings = settings;
  }

  /** Runs a command of the command line. */
  command(...args: readonly string[]): Promise<CommandResult> {
    return runCommand(args, this.#configuration);
  }

  /** As `command`; fails unless the command succeeds. @returns what it says. */
  async run(...args: readonly string[]): Promise<string> {
    const { exitCode, output, errors } = await this.command(...args);
    expect(exitCode, output + errors).to.equal(0);
    return output;
  }

  /**
   * Backs up as docs/admin/backup.md says: beside the running server, and with the database's own means on PostgreSQL.
   *
   * @returns what makes the backup the database of now, and to be called while the server is stopped.
   */
  async backUp(): Promise<() => Promise<void>> {
    const folder = join(this.folder, 'copies');
    if (testDialect === 'sqlite') {
      await this.run('backup', '--to', folder);
      return async () => {
        this.moveTo(await createTestDatabase());
        await this.run('restore', '--from', folder);
      };
    }
    await this.pause();
    const copy = await copyInCluster(this.databaseUrl);
    await this.resume();
    await this.run('backup', '--to', folder);
    return async () => {
      this.moveTo(copy);
      await this.run('restore', '--from', folder);
    };
  }

  async end(): Promise<void> {
    await this.pause();
    for (const { drop } of [...this.#databases, this.#database]) await drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #configuration(): Record<string, string> {
    const own = { SERVER_NAME: 'hs.test', DATA_DIR: this.#dataDir, DATABASE_URL: this.#database.url };
    return { ...own, ...this.#settings };
  }
}
