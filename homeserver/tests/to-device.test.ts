import { expect } from 'chai';
import { SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { request, TestUser } from '../test-kit/test-user.ts';

const TYPE = 'org.example.test';

describe('messages to devices', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let users = 0;
  let transactions = 0;
  before(async () => {
    server = await TestServer.start();
    alice = await server.register('alice');
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    bob = await server.register(`bob-${users}`);
  });

  async function send(messages: object, txnId?: string, type = TYPE): Promise<void> {
    transactions += 1;
    const path = `/_matrix/client/v3/sendToDevice/${type}/${txnId ?? `t${transactions}`}`;
    expect(await alice.ok('PUT', path, { messages })).to.deep.equal({});
  }

  const toBob = (content: object) => ({ [bob.userId]: { [bob.deviceId]: content } });

  async function logIn(deviceId: string): Promise<TestUser> {
    const { body } = await request(server.url, 'POST', '/_matrix/client/v3/login', {
      body: {
        type: 'm.login.password',
        user: bob.userId,
        password: `password of bob-${users}`,
        device_id: deviceId,
      },
    });
    return new TestUser(() => server.url, body.user_id, body.device_id, body.access_token);
  }

  /** The numbers in the messages that a sync brings. */
  async function numbers(session: SyncSession, parameters?: Record<string, string>): Promise<number[]> {
    const { to_device: toDevice } = await session.next(parameters);
    return toDevice.events.map((event: { content: { n: number } }) => event.content.n);
  }

  it('arrive with who sent them, until the device comes back with the token that it got with them', async () => {
    const session = await SyncSession.begin(bob);
    const before = session.since;
    await send(toBob({ n: 1 }));
    const body = await session.next();
    expect(body.to_device.events).to.deep.equal([{ sender: alice.userId, type: TYPE, content: { n: 1 } }]);
    session.since = before;
    expect(await numbers(session)).to.deep.equal([1]);
    expect(await numbers(session)).to.deep.equal([]);
    // Acknowledged: they are gone, whatever is asked for.
    session.since = before;
    expect(await numbers(session)).to.deep.equal([]);
    session.since = undefined;
    expect(await numbers(session)).to.deep.equal([]);
  });

  it('wait for a device that has never synced, and for the next start of the server', async () => {
    await send(toBob({ n: 1 }));
    await server.restart();
    const session = new SyncSession(bob);
    expect(await numbers(session)).to.deep.equal([1]);
    session.since = undefined;
    expect(await numbers(session)).to.deep.equal([1]);
    expect(await numbers(session)).to.deep.equal([]);
  });

  it('come in order, at most a hundred at a time', async () => {
    const session = await SyncSession.begin(bob);
    for (let n = 0; n < 250; n += 1) await send(toBob({ n }));
    const batches = [await numbers(session), await numbers(session)];
    await send(toBob({ n: 250 }));
    batches.push(await numbers(session), await numbers(session));
    expect(batches.map((batch) => batch.length)).to.deep.equal([100, 100, 51, 0]);
    expect(batches.flat()).to.deep.equal(Array.from({ length: 251 }, (_, n) => n));
  });

  it('lose nothing and repeat nothing while others are being sent', async () => {
    const session = await SyncSession.begin(bob);
    const received: number[] = [];
    const sending = Promise.all(Array.from({ length: 300 }, (_, n) => send(toBob({ n }))));
    while (received.length < 300) received.push(...(await numbers(session, { timeout: '20000' })));
    await sending;
    expect(await numbers(session)).to.deep.equal([]);
    expect(new Set(received).size).to.equal(300);
    expect(received).to.have.length(300);
  });

  it('end the wait of a sync', async () => {
    const session = await SyncSession.begin(bob);
    const waiting = numbers(session, { timeout: '30000' });
    await send(toBob({ n: 1 }));
    expect(await waiting).to.deep.equal([1]);
  });

  it('go to all devices of a user, and to one with words of its own', async () => {
    const phone = await logIn('PHONE');
    const sessions = [await SyncSession.begin(bob), await SyncSession.begin(phone)] as const;
    await send({ [bob.userId]: { '*': { n: 1 }, PHONE: { n: 2 } }, [alice.userId]: { '*': { n: 3 } } });
    expect(await numbers(sessions[0])).to.deep.equal([1]);
    expect(await numbers(sessions[1])).to.deep.equal([2]);
    expect(await numbers(new SyncSession(alice))).to.deep.equal([3]);
  });

  it('are sent once for a transaction, also to those who ask twice at the same time', async () => {
    const session = await SyncSession.begin(bob);
    await Promise.all([send(toBob({ n: 1 }), 'same'), send(toBob({ n: 1 }), 'same')]);
    await send(toBob({ n: 1 }), 'same');
    await server.restart();
    await send(toBob({ n: 1 }), 'same');
    await send(toBob({ n: 2 }), 'other');
    await send(toBob({ n: 3 }), 'same', 'org.example.other');
    expect(await numbers(session)).to.deep.equal([1, 2, 3]);
  });

  it('are lost to those who are not there', async () => {
    await send({
      '@nobody:hs.test': { '*': { n: 1 } },
      '@carol:elsewhere.test': { '*': { n: 1 } },
      [bob.userId]: { NONE: { n: 1 } },
    });
    expect(await numbers(await SyncSession.begin(bob))).to.deep.equal([]);
  });

  it('go with their device', async () => {
    await logIn('PHONE');
    await send({ [bob.userId]: { PHONE: { n: 1 } } });
    const old = await logIn('PHONE');
    await old.ok('POST', '/_matrix/client/v3/logout', {});
    expect(await numbers(new SyncSession(await logIn('PHONE')))).to.deep.equal([]);
  });

  it('are refused to what is no user, and if they are too large', async () => {
    const path = '/_matrix/client/v3/sendToDevice/org.example.test/refused';
    const wrong: [object, string][] = [
      [{ bob: { '*': {} } }, '400 M_INVALID_PARAM'],
      [{ [bob.userId]: { '*': 'text' } }, '400 M_BAD_JSON'],
      [toBob({ padding: 'x'.repeat(65_536) }), '413 M_TOO_LARGE'],
    ];
    for (const [messages, expected] of wrong) {
      const { status, body } = await alice.request('PUT', path, { messages });
      expect(`${status} ${body.errcode}`).to.equal(expected);
    }
    expect((await alice.request('PUT', path, {})).body.errcode).to.equal('M_MISSING_PARAM');
  });

  it('leave nothing behind once they are acknowledged', async () => {
    const session = await SyncSession.begin(bob);
    for (let n = 0; n < 10; n += 1) await send(toBob({ n }));
    await alice.createRoom();
    await session.next();
    await session.next();
    const { storage } = server.rooms;
    const userNid = await storage.strings.intern(bob.userId);
    const rows = await storage.log.ofUser(userNid, 0, Number.MAX_SAFE_INTEGER);
    expect(rows.filter(({ key, ref }) => key === bob.deviceId && ref !== undefined)).to.deep.equal([]);
    expect(await storage.toDevice.anyWaiting({ userNid, deviceId: bob.deviceId })).to.equal(false);
  });
});
