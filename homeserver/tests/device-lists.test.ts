import { expect } from 'chai';
import { CrossSigningCrypto, DeviceCrypto } from '../test-kit/crypto-keys.ts';
import { SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { request, roomPath, TestUser } from '../test-kit/test-user.ts';

const ENCRYPTION = { algorithm: 'm.megolm.v1.aes-sha2' };
const LONG = { timeout: '30000' };
const NOTHING = { changed: [], left: [] };

describe('device lists in sync', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice-${users}`);
    bob = await server.register(`bob-${users}`);
  });

  async function publish(user: TestUser): Promise<void> {
    const keys = new DeviceCrypto(user).deviceKeys();
    await user.ok('POST', '/_matrix/client/v3/keys/upload', { device_keys: keys });
  }

  async function createRoom(isEncrypted: boolean): Promise<string> {
    const encryption = { type: 'm.room.encryption', state_key: '', content: ENCRYPTION };
    return alice.createRoom({ preset: 'public_chat', initial_state: isEncrypted ? [encryption] : [] });
  }

  /** A room of both. */
  async function share(isEncrypted = true): Promise<string> {
    const room = await createRoom(isEncrypted);
    await bob.join(room);
    return room;
  }

  async function next(session: SyncSession, parameters?: Record<string, string>) {
    return (await session.next(parameters)).device_lists;
  }

  async function logIn(user: TestUser): Promise<TestUser> {
    const name = user.userId.slice(1, user.userId.indexOf(':'));
    const { body } = await request(server.url, 'POST', '/_matrix/client/v3/login', {
      body: { type: 'm.login.password', user: name, password: `password of ${name}` },
    });
    return new TestUser(() => server.url, body.user_id, body.device_id, body.access_token);
  }

  it('tell nothing in an initial sync, and nothing where nothing changed', async () => {
    await share();
    await publish(bob);
    const session = new SyncSession(alice);
    expect(await next(session)).to.deep.equal(NOTHING);
    await alice.createRoom();
    expect(await next(session)).to.deep.equal(NOTHING);
  });

  it('name those with whom a room is shared when their devices or cross-signing keys change', async () => {
    await share(false);
    const phone = await logIn(bob);
    const session = await SyncSession.begin(alice);
    const changes: (() => Promise<unknown>)[] = [
      () => publish(bob),
      () => publish(phone),
      () =>
        bob.ok(
          'POST',
          '/_matrix/client/v3/keys/device_signing/upload',
          new CrossSigningCrypto(bob.userId).upload(),
        ),
      () => bob.ok('PUT', `/_matrix/client/v3/devices/${bob.deviceId}`, { display_name: 'Laptop' }),
      () => phone.ok('POST', '/_matrix/client/v3/logout', {}),
    ];
    for (const change of changes) {
      const waiting = next(session, LONG);
      await change();
      expect(await waiting).to.deep.equal({ changed: [bob.userId], left: [] });
    }
    // The same keys again are no change.
    const keys = new DeviceCrypto(bob).deviceKeys();
    await bob.ok('POST', '/_matrix/client/v3/keys/upload', { device_keys: keys });
    await next(session);
    await bob.ok('POST', '/_matrix/client/v3/keys/upload', { device_keys: keys });
    expect(await next(session)).to.deep.equal(NOTHING);
  });

  it('name nobody else, and oneself', async () => {
    const session = await SyncSession.begin(alice);
    await publish(bob);
    expect(await next(session)).to.deep.equal(NOTHING);
    await publish(alice);
    expect(await next(session)).to.deep.equal({ changed: [alice.userId], left: [] });
  });

  it('name those who come into an encrypted room, and those who go', async () => {
    const room = await createRoom(true);
    const session = await SyncSession.begin(alice);
    await bob.join(room);
    expect(await next(session)).to.deep.equal({ changed: [bob.userId], left: [] });
    await bob.ok('PUT', `/_matrix/client/v3/profile/${encodeURIComponent(bob.userId)}/displayname`, {
      displayname: 'Bob',
    });
    let body = await session.next(LONG);
    while (body.rooms?.join?.[room] === undefined) body = await session.next(LONG);
    expect(body.device_lists).to.deep.equal(NOTHING);
    await bob.ok('POST', `${roomPath(room)}/leave`, {});
    expect(await next(session)).to.deep.equal({ changed: [], left: [bob.userId] });
  });

  it('name everybody in an encrypted room to who comes in, and when they go', async () => {
    const room = await createRoom(true);
    const session = await SyncSession.begin(bob);
    await bob.join(room);
    expect(await next(session)).to.deep.equal({ changed: [alice.userId], left: [] });
    await bob.ok('POST', `${roomPath(room)}/leave`, {});
    expect(await next(session)).to.deep.equal({ changed: [], left: [alice.userId] });
    await bob.join(room);
    await bob.ok('POST', `${roomPath(room)}/leave`, {});
    expect((await next(session)).changed).to.deep.equal([]);
    await alice.ok('POST', `${roomPath(room)}/ban`, { user_id: bob.userId });
    expect(await next(session)).to.deep.equal(NOTHING);
  });

  it('keep those with whom another encrypted room is shared', async () => {
    const [room] = [await share(), await share()];
    const session = await SyncSession.begin(alice);
    await bob.ok('POST', `${roomPath(room)}/leave`, {});
    expect(await next(session)).to.deep.equal(NOTHING);
  });

  it('do not mind rooms that are not encrypted, until they are', async () => {
    const room = await createRoom(false);
    const session = await SyncSession.begin(alice);
    await bob.join(room);
    expect(await next(session)).to.deep.equal(NOTHING);
    await alice.setState(room, 'm.room.encryption', ENCRYPTION);
    expect(await next(session)).to.deep.equal({ changed: [bob.userId], left: [] });
  });

  it('name those whose keys one has signed, on the other devices of oneself alone', async () => {
    await share();
    const ofAlice = new CrossSigningCrypto(alice.userId);
    const ofBob = new CrossSigningCrypto(bob.userId);
    await alice.ok('POST', '/_matrix/client/v3/keys/device_signing/upload', ofAlice.upload());
    await bob.ok('POST', '/_matrix/client/v3/keys/device_signing/upload', ofBob.upload());
    const phone = await SyncSession.begin(await logIn(alice));
    const sessionOfBob = await SyncSession.begin(bob);
    const waiting = next(phone, LONG);
    await alice.ok('POST', '/_matrix/client/v3/keys/signatures/upload', {
      [bob.userId]: {
        [ofBob.master.publicKeyBase64]: ofAlice.sign(ofBob.masterKey(), ofAlice.userSigning),
      },
    });
    expect(await waiting).to.deep.equal({ changed: [bob.userId], left: [] });
    expect(await next(sessionOfBob)).to.deep.equal(NOTHING);
  });

  it('tell of an account that ends', async () => {
    await share();
    await publish(bob);
    const session = await SyncSession.begin(alice);
    const name = bob.userId.slice(1, bob.userId.indexOf(':'));
    const auth = {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: name },
      password: `password of ${name}`,
    };
    await bob.ok('POST', '/_matrix/client/v3/account/deactivate', { auth });
    const told = { changed: new Set<string>(), left: new Set<string>() };
    while (!told.left.has(bob.userId)) {
      const lists = await next(session, LONG);
      for (const userId of lists.changed) told.changed.add(userId);
      for (const userId of lists.left) told.left.add(userId);
    }
    expect([...told.left]).to.deep.equal([bob.userId]);
  });

  it('are told of between two tokens', async () => {
    const session = await SyncSession.begin(alice);
    const from = String(session.since);
    await share();
    await publish(bob);
    await session.next();
    const to = String(session.since);
    await publish(bob);
    const changes = (parameters: Record<string, string>) =>
      alice.request('GET', `/_matrix/client/v3/keys/changes?${new URLSearchParams(parameters)}`);
    expect((await changes({ from, to })).body).to.deep.equal({ changed: [bob.userId], left: [] });
    expect((await changes({ from, to: from })).body).to.deep.equal(NOTHING);
    expect((await changes({ from, to: 'nothing' })).body.errcode).to.equal('M_INVALID_PARAM');
    expect((await changes({ from: 'nothing', to })).body.errcode).to.equal('M_INVALID_PARAM');
    expect((await changes({ from })).body.errcode).to.equal('M_MISSING_PARAM');
  });
});
