import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { findMautrixPython } from '../bin/mautrix.mjs';
import { freePort } from '../test-kit/server-process.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { roomPath, type TestUser } from '../test-kit/test-user.ts';

const FOREIGN = join(import.meta.dirname, '../test-kit/foreign');

/** A bridge in a process of its own, made with somebody else's library. */
interface ForeignBridge {
  readonly name: string;
  /** What runs it; undefined where it is not installed. */
  readonly program: string | undefined;
  readonly script: string;
}

const BRIDGES: readonly ForeignBridge[] = [
  {
    name: 'matrix-appservice-bridge',
    program: process.execPath,
    script: join(FOREIGN, 'echo-bridge.ts'),
  },
  { name: 'mautrix', program: findMautrixPython(), script: join(FOREIGN, 'echo_bridge.py') },
];

for (const { name: library, program, script } of BRIDGES) {
  describe(`a bridge made with ${library}`, function () {
    this.timeout(60_000);
    let folder: string;
    let server: TestServer;
    let running: ChildProcess;
    let alice: TestUser;

    before(async function () {
      if (program === undefined) return this.skip();
      folder = await mkdtemp(join(tmpdir(), 'guildhall-bridge-'));
      const port = String(await freePort());
      const registered = spawnSync(program, [script, 'register', folder, port], {
        encoding: 'utf8',
      });
      expect(registered.status, registered.stderr).to.equal(0);
      server = await TestServer.start({ APPSERVICE_DIR: folder });
      alice = await server.register('alice');
      running = await start(program, [script, 'run', folder, port, server.url]);
    });

    after(async () => {
      if (program === undefined) return;
      if (running.exitCode === null) {
        running.kill();
        await once(running, 'exit');
      }
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it('makes a room when somebody joins it, and answers there with a ghost', async () => {
      const { room_id: roomId } = await alice.ok(
        'POST',
        `/_matrix/client/v3/join/${encodeURIComponent('#_echo_hall:hs.test')}`,
        {},
      );
      const name = await alice.ok('GET', `${roomPath(roomId)}/state/m.room.name`);
      expect(name).to.deep.equal({ name: 'Made on demand' });
      await alice.say(roomId, 'hello');
      const echoed = await saidIn(alice, roomId, 'echo: hello');
      expect(echoed.sender).to.equal('@_echo_alice:hs.test');
      const member = `${roomPath(roomId)}/state/m.room.member/${encodeURIComponent(echoed.sender)}`;
      expect((await alice.ok('GET', member)).displayname).to.equal('alice, echoed');
    });

    it('speaks for a person who has an account of their own', async () => {
      const roomId = await alice.createRoom({ preset: 'public_chat', invite: ['@_echo_alice:hs.test'] });
      await joined(alice, roomId, '@_echo_alice:hs.test');
      await alice.say(roomId, '!puppet');
      expect((await saidIn(alice, roomId, 'said by the bridge')).sender).to.equal(alice.userId);
    });

    it('makes a ghost whom somebody invites, and which comes', async () => {
      const roomId = await alice.createRoom();
      await alice.ok('POST', `${roomPath(roomId)}/invite`, { user_id: '@_echo_new:hs.test' });
      await joined(alice, roomId, '@_echo_new:hs.test');
    });
  });
}

/** Starts a bridge, and waits until it says that it runs. */
async function start(program: string, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the bridge ended: ${said}`);
  });
  ended.catch(() => undefined);
  const lines = createInterface({ input: child.stdout });
  const runs = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      said += `${line}\n`;
      if (line === 'the bridge runs') resolve();
    });
  });
  await Promise.race([runs, ended]);
  return child;
}

/** Waits until somebody has said something. */
async function saidIn(user: TestUser, roomId: string, body: string): Promise<{ sender: string }> {
  return awaited(user, roomId, (event) => event.type === 'm.room.message' && event.content.body === body);
}

/** Waits until somebody is in a room. */
async function joined(user: TestUser, roomId: string, userId: string): Promise<void> {
  await awaited(
    user,
    roomId,
    (event) =>
      event.type === 'm.room.member' && event.state_key === userId && event.content.membership === 'join',
  );
}

interface SeenEvent {
  readonly type: string;
  readonly sender: string;
  readonly state_key?: string;
  readonly content: { readonly body?: string; readonly membership?: string };
}

async function awaited(
  user: TestUser,
  roomId: string,
  fits: (event: SeenEvent) => boolean,
): Promise<SeenEvent> {
  let since: string | undefined;
  for (;;) {
    const answer = await user.sync(since === undefined ? {} : { since, timeout: '10000' });
    since = answer.next_batch;
    const found = answer.rooms?.join?.[roomId]?.timeline.events.find(fits);
    if (found !== undefined) return found;
  }
}
