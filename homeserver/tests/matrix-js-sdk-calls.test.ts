import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

const CLIENT = join(import.meta.dirname, '../test-kit/foreign/call-client.ts');
/** How long a client that was killed may seem to be in a call. */
const GONE_WITHIN_MS = 15_000;
const PREFIX = 'in call: ';
const GIVE_UP_AFTER_MS = 30_000;

/** A client in a process of its own, and whom it last saw in the call. */
class CallClient {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  #complaints = '';
  #devices: string[] | undefined;
  #onChange: () => void = () => undefined;

  constructor(args: readonly string[]) {
    this.#process = spawn(process.execPath, [CLIENT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#process, 'exit');
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#complaints += chunk.toString();
    });
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('the client has no output');
    createInterface({ input: stdout }).on('line', (line) => {
      if (!line.startsWith(PREFIX)) {
        this.#complaints += `${line}\n`;
        return;
      }
      this.#devices = JSON.parse(line.slice(PREFIX.length)) as string[];
      this.#onChange();
    });
  }

  /** Waits until exactly these devices are in the call, as this client sees it. */
  async sees(devices: readonly string[]): Promise<void> {
    const deadline = Date.now() + GIVE_UP_AFTER_MS;
    while (JSON.stringify(this.#devices) !== JSON.stringify(devices)) {
      const waited = new Promise<void>((resolve) => {
        this.#onChange = resolve;
        setTimeout(resolve, 1_000);
      });
      await waited;
      if (Date.now() > deadline || this.#process.exitCode !== null) {
        throw new Error(
          `sees ${JSON.stringify(this.#devices)} in the call.\n${this.#complaints.slice(-5_000)}`,
        );
      }
    }
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}

for (const kind of ['state', 'sticky'] as const) {
  describe(`a call between stock matrix-js-sdk clients whose membership is ${kind}`, function () {
    this.timeout(180_000);
    let server: TestServer;
    let alice: TestUser;
    let bob: TestUser;
    let roomId: string;
    const clients: CallClient[] = [];
    before(async () => {
      server = await TestServer.start();
      [alice, bob] = [await server.register('alice'), await server.register('bob')];
      roomId = await alice.createRoom({
        preset: 'public_chat',
        power_level_content_override: { events: { 'org.matrix.msc3401.call.member': 0 } },
      });
      await bob.ok('POST', `/_matrix/client/v3/join/${encodeURIComponent(roomId)}`, {});
    });
    after(async () => {
      await Promise.all(clients.map((client) => client.kill()));
      await server.stop();
    });

    const start = (task: 'watch' | 'join', { userId, deviceId, accessToken }: TestUser): CallClient => {
      const client = new CallClient([task, kind, server.url, userId, deviceId, accessToken, roomId]);
      clients.push(client);
      return client;
    };

    it('is seen by who watches, and left by who is killed', async () => {
      const watcher = start('watch', alice);
      await watcher.sees([]);
      const caller = start('join', bob);
      const inCall = [`${bob.userId} ${bob.deviceId}`];
      await Promise.all([watcher.sees(inCall), caller.sees(inCall)]);
      await caller.kill();
      const killed = Date.now();
      await watcher.sees([]);
      const elapsed = Date.now() - killed;
      console.log(`      gone after ${elapsed} ms`);
      expect(elapsed).to.be.below(GONE_WITHIN_MS);
    });
  });
}
