import { expect } from 'chai';
import { SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

describe('messages to devices', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  after(() => server.stop());

  it('arrive once', async () => {
    const session = await SyncSession.begin(bob);
    await alice.ok('PUT', '/_matrix/client/v3/sendToDevice/org.example.test/1', {
      messages: { [bob.userId]: { [bob.deviceId]: { n: 1 } } },
    });
    const body = await session.next();
    expect(body.to_device.events).to.deep.equal([
      { sender: alice.userId, type: 'org.example.test', content: { n: 1 } },
    ]);
    expect((await session.next()).to_device.events).to.deep.equal([]);
  });
});
