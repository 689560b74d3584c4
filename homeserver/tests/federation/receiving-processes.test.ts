import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { JsonObject } from '../../src/protocol/canonical-json.ts';
import { eventually } from '../../test-kit/eventually.ts';
import type { FakeHomeserver } from '../../test-kit/fake-homeserver.ts';
import { CREATOR, openRemoteRoom } from '../../test-kit/remote-join.ts';
import { type PeerRoom, RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE } from '../../test-kit/remote-room.ts';
import { type ServerProcess, startServerProcess } from '../../test-kit/server-process.ts';
import { createTestDatabase, type TestDatabase, testDialect } from '../../test-kit/test-database.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import { registerUser, roomPath, TestUser } from '../../test-kit/test-user.ts';

const BOB = `@bob:${REMOTE}`;

describe('processes that receive what other servers send', function () {
  this.timeout(90_000);
  let folder: string;
  let database: TestDatabase;
  let network: TestNetwork;
  let fake: FakeHomeserver;
  let processes: ServerProcess[];
  let start: () => Promise<ServerProcess>;
  let peers: RemotePeer[];
  let alice: TestUser;
  let room: PeerRoom;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guildhall-receiving-'));
    database = await createTestDatabase();
    network = await TestNetwork.create();
    fake = await network.startFake();
    const settings = { FEDERATION: 'on', DATA_DIR: folder, DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
    start = () => startServerProcess({ configuration: { ...network.configuration, ...settings } });
    processes = testDialect === 'postgres' ? [await start(), await start()] : [await start()];
    peers = processes.map(({ url }) => new RemotePeer(fake, { url }));
    const { userId, deviceId, accessToken } = await registerUser(() => at(processes, 0).url, 'alice');
    alice = new TestUser(() => at(processes, 0).url, userId, deviceId, accessToken);
    const roomId = await alice.createRoom({ preset: 'public_chat' });
    room = await at(peers, 0).enter(roomId, BOB);
  });

  afterEach(async () => {
    await Promise.all(processes.map((process) => process.kill('SIGKILL')));
    await network.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  function messages(count: number): { bodies: string[]; pdus: JsonObject[] } {
    const bodies = Array.from({ length: count }, (_none, index) => `message ${room.depth + index}`);
    return { bodies, pdus: bodies.map((body) => at(peers, 0).message(room, { body }).json) };
  }

  async function shown(): Promise<string[]> {
    const { chunk } = await alice.ok('GET', `${roomPath(room.roomId)}/messages?dir=b&limit=500`);
    return chunk.flatMap(({ content }: JsonObject) => (content as JsonObject).body ?? []).reverse();
  }

  const show = (bodies: readonly string[]) =>
    eventually(async () => {
      const found = await shown();
      return bodies.every((body) => found.includes(body));
    });

  it('lose nothing that was answered when they are killed', async () => {
    const { bodies, pdus } = messages(50);
    expect((await at(peers, 0).send({ pdus })).status).to.equal(200);
    await at(processes, 0).kill('SIGKILL');
    processes[0] = await start();
    await show(bodies);
    expect(await shown()).to.deep.equal(bodies);
  });

  if (testDialect === 'postgres') {
    it('take a transaction once, whichever of them gets it', async () => {
      const { bodies, pdus } = messages(20);
      const answers = await Promise.all(peers.map((peer) => peer.send({ pdus }, 'same')));
      for (const { status, body } of answers) {
        expect(status, JSON.stringify(body)).to.equal(200);
        expect(Object.keys(body.pdus)).to.have.length(20);
      }
      await show(bodies);
      expect(await shown()).to.deep.equal(bodies);
    });

    it('wait for the join that they follow, though another enters the room', async () => {
      const remote = await openRemoteRoom(fake, alice.userId, async (joined) => {
        const content = { msgtype: 'm.text', body: 'early' };
        const early = await joined.send([joined.newest], {
          type: 'm.room.message',
          sender: CREATOR,
          content,
        });
        const sending = at(peers, 1).send({ pdus: [joined.json(early)] });
        // A process that does not wait answers within this time.
        await Promise.race([sending, delay(500)]);
      });
      await alice.ok(
        'POST',
        `/_matrix/client/v3/join/${encodeURIComponent(remote.roomId)}?via=${REMOTE}`,
        {},
      );
      await eventually(async () => {
        const { chunk } = await alice.ok('GET', `${roomPath(remote.roomId)}/messages?dir=b&limit=50`);
        return chunk.some(({ content }: JsonObject) => (content as JsonObject).body === 'early');
      });
    });

    it('take turns with a room, and keep its order', async () => {
      const all: string[] = [];
      for (let count = 0; count < 20; count += 1) {
        const { bodies, pdus } = messages(5);
        all.push(...bodies);
        expect((await at(peers, count % 2).send({ pdus })).status).to.equal(200);
      }
      await show(all);
      expect(await shown()).to.deep.equal(all);
    });
  }
});

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`there is no number ${index}`);
  return found;
}
