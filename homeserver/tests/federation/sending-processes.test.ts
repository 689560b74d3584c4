import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../../test-kit/eventually.ts';
import type { FakeHomeserver } from '../../test-kit/fake-homeserver.ts';
import { RemotePeer } from '../../test-kit/remote-peer.ts';
import { REMOTE } from '../../test-kit/remote-room.ts';
import { type ServerProcess, startServerProcess } from '../../test-kit/server-process.ts';
import { createTestDatabase, type TestDatabase, testDialect } from '../../test-kit/test-database.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import { registerUser, roomPath, TestUser } from '../../test-kit/test-user.ts';

const SEND = '/_matrix/federation/v1/send/';

if (testDialect === 'postgres') {
  describe('two processes that send to other servers', function () {
    this.timeout(90_000);
    let folder: string;
    let database: TestDatabase;
    let network: TestNetwork;
    let fake: FakeHomeserver;
    let first: ServerProcess;
    let second: ServerProcess;
    /** One user, through either process. */
    let atFirst: TestUser;
    let atSecond: TestUser;
    let roomId: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'guildhall-sending-'));
      database = await createTestDatabase();
      network = await TestNetwork.create();
      fake = await network.startFake();
      const settings = { DATA_DIR: folder, DATABASE_URL: database.url, LOG_LEVEL: 'warn' };
      const start = () => startServerProcess({ configuration: { ...network.configuration, ...settings } });
      first = await start();
      second = await start();
      const { userId, deviceId, accessToken } = await registerUser(() => first.url, 'alice');
      atFirst = new TestUser(() => first.url, userId, deviceId, accessToken);
      atSecond = new TestUser(() => second.url, userId, deviceId, accessToken);
      roomId = await atFirst.createRoom({ preset: 'public_chat' });
      await new RemotePeer(fake, first).join(roomId, `@bob:${REMOTE}`);
    });

    afterEach(async () => {
      await Promise.all([first, second].map((process) => process.kill('SIGKILL')));
      await network.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    });

    const bodies = (): string[] =>
      fake
        .requestsTo(SEND)
        .flatMap(({ body }) =>
          body.pdus.flatMap(({ content }: { content: { body?: string } }) => content.body ?? []),
        );
    const edus = (type: string): { content: { messages?: object; user_id?: string } }[] =>
      fake
        .requestsTo(SEND)
        .flatMap(({ body }) => body.edus.filter((edu: { edu_type: string }) => edu.edu_type === type));

    function sendToDevice(user: TestUser, number: number): Promise<unknown> {
      const messages = { [`@bob:${REMOTE}`]: { DEVICE: { number } } };
      return user.ok('PUT', `/_matrix/client/v3/sendToDevice/m.test/t${number}`, { messages });
    }

    it('send everything once, in its order, whichever of them was asked', async () => {
      const said: string[] = [];
      for (let count = 0; count < 30; count += 1) {
        const user = count % 2 === 0 ? atFirst : atSecond;
        said.push(`message ${count}`);
        await user.say(roomId, `message ${count}`);
        await sendToDevice(user, count);
      }
      await eventually(async () => bodies().includes('message 29'));
      await eventually(async () => edus('m.direct_to_device').length >= 30);
      // Whatever was to be sent twice would have been: the last message goes after all of it.
      await atSecond.say(roomId, 'the last');
      await eventually(async () => bodies().includes('the last'));
      expect(bodies()).to.deep.equal([...said, 'the last']);
      expect(edus('m.direct_to_device')).to.have.length(30);
    });

    it('tell who types, whichever of them was told', async () => {
      for (const user of [atFirst, atSecond]) {
        const told = edus('m.typing').length;
        const path = `${roomPath(roomId)}/typing/${encodeURIComponent(user.userId)}`;
        await user.ok('PUT', path, { typing: true });
        await eventually(async () => edus('m.typing').length > told);
        await user.ok('PUT', path, { typing: false });
        await eventually(async () => edus('m.typing').length > told + 1);
      }
    });

    it('go on with what one has left when it is killed', async () => {
      await atFirst.say(roomId, 'before');
      await eventually(async () => bodies().includes('before'));
      for (let count = 0; count < 10; count += 1) await atFirst.say(roomId, `message ${count}`);
      await sendToDevice(atFirst, 0);
      await first.kill('SIGKILL');
      await atSecond.say(roomId, 'afterwards');
      await eventually(async () => bodies().includes('afterwards'));
      await eventually(async () => edus('m.direct_to_device').length > 0);
      const inOrder = [...new Set(bodies())];
      const messages = Array.from({ length: 10 }, (_none, index) => `message ${index}`);
      expect(inOrder).to.deep.equal(['before', ...messages, 'afterwards']);
    });
  });
}
