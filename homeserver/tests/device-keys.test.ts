import { expect } from 'chai';
import { DeviceCrypto } from '../test-kit/crypto-keys.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { request, TestUser } from '../test-kit/test-user.ts';

const UPLOAD = '/_matrix/client/v3/keys/upload';
const QUERY = '/_matrix/client/v3/keys/query';
const CLAIM = '/_matrix/client/v3/keys/claim';

describe('device keys', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let crypto: DeviceCrypto;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
    bob = await server.register('bob');
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice-${users}`);
    crypto = new DeviceCrypto(alice);
  });

  async function query(viewer: TestUser, asked: Record<string, string[]>) {
    return viewer.ok('POST', QUERY, { device_keys: asked });
  }

  async function refusal(body: object): Promise<string> {
    const answer = await alice.request('POST', UPLOAD, body);
    return `${answer.status} ${answer.body.errcode}`;
  }

  it('are shown as they were signed, with the name of the device', async () => {
    const keys = crypto.deviceKeys();
    expect(await alice.ok('POST', UPLOAD, { device_keys: keys })).to.deep.equal({
      one_time_key_counts: { signed_curve25519: 0 },
    });
    await alice.ok('PUT', `/_matrix/client/v3/devices/${alice.deviceId}`, { display_name: 'Laptop' });
    const shown = { ...keys, unsigned: { device_display_name: 'Laptop' } };
    for (const viewer of [alice, bob]) {
      const answer = await query(viewer, { [alice.userId]: [] });
      expect(answer.device_keys).to.deep.equal({ [alice.userId]: { [alice.deviceId]: shown } });
      expect(answer.failures).to.deep.equal({});
    }
  });

  it('are shown of the devices that were asked for', async () => {
    await alice.ok('POST', UPLOAD, { device_keys: crypto.deviceKeys() });
    const asked = { [alice.userId]: [alice.deviceId, 'NONE'], [bob.userId]: [], '@nobody:hs.test': [] };
    const { device_keys: shown } = await query(bob, asked);
    expect(Object.keys(shown)).to.have.members([alice.userId, bob.userId, '@nobody:hs.test']);
    expect(Object.keys(shown[alice.userId])).to.deep.equal([alice.deviceId]);
    expect((await query(bob, { [alice.userId]: ['NONE'] })).device_keys).to.deep.equal({
      [alice.userId]: {},
    });
  });

  it('tell which servers could not be asked, and want user IDs', async () => {
    const asked = { '@carol:elsewhere.test': [], [alice.userId]: [] };
    const answer = await query(bob, asked);
    expect(Object.keys(answer.failures)).to.deep.equal(['elsewhere.test']);
    expect(answer.device_keys).to.deep.equal({ [alice.userId]: {} });
    const claimed = await bob.ok('POST', CLAIM, {
      one_time_keys: { '@carol:elsewhere.test': { X: 'signed_curve25519' } },
    });
    expect(Object.keys(claimed.failures)).to.deep.equal(['elsewhere.test']);
    for (const name of ['alice', '__proto__', '@', '!room:hs.test']) {
      const body = { device_keys: Object.fromEntries([[name, []]]) };
      expect((await bob.request('POST', QUERY, body)).body.errcode, name).to.equal('M_INVALID_PARAM');
    }
  });

  it('are asked of a bounded number of users and devices', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => `@user${index}:hs.test`);
    const devices = Object.fromEntries(many.map((name) => [name, 'signed_curve25519']));
    const bodies: [string, object][] = [
      [QUERY, { device_keys: Object.fromEntries(many.map((userId) => [userId, []])) }],
      [CLAIM, { one_time_keys: { [alice.userId]: devices } }],
    ];
    for (const [path, body] of bodies) {
      expect((await bob.request('POST', path, body)).body.errcode, path).to.equal('M_TOO_LARGE');
    }
  });

  it('are refused if they are not those of the device, or not signed by it', async () => {
    const other = new DeviceCrypto(alice);
    const forged = { ...crypto.deviceKeys(), signatures: other.deviceKeys().signatures ?? {} };
    const wrong: [object, string][] = [
      [new DeviceCrypto(bob).deviceKeys(), '400 M_INVALID_PARAM'],
      [
        new DeviceCrypto({ ...alice, userId: alice.userId, deviceId: 'OTHER' }).deviceKeys(),
        '400 M_INVALID_PARAM',
      ],
      [crypto.deviceKeys({ keys: {} }), '400 M_INVALID_PARAM'],
      [{ ...crypto.deviceKeys(), signatures: {} }, '400 M_INVALID_SIGNATURE'],
      [{ ...crypto.deviceKeys(), algorithms: [] }, '400 M_INVALID_SIGNATURE'],
      [forged, '400 M_INVALID_SIGNATURE'],
      [crypto.deviceKeys({ padding: 'x'.repeat(70_000) }), '413 M_TOO_LARGE'],
    ];
    for (const [keys, expected] of wrong) expect(await refusal({ device_keys: keys })).to.equal(expected);
    expect((await query(bob, { [alice.userId]: [] })).device_keys[alice.userId]).to.deep.equal({});
  });

  it('are replaced by newer ones', async () => {
    await alice.ok('POST', UPLOAD, { device_keys: crypto.deviceKeys() });
    const renewed = new DeviceCrypto(alice).deviceKeys();
    await alice.ok('POST', UPLOAD, { device_keys: renewed });
    const { device_keys: shown } = await query(bob, { [alice.userId]: [] });
    expect(shown[alice.userId][alice.deviceId].keys).to.deep.equal(renewed.keys);
  });

  it('go with their device', async () => {
    const keys = { device_keys: crypto.deviceKeys(), one_time_keys: crypto.oneTimeKeys(1) };
    await alice.ok('POST', UPLOAD, { ...keys, fallback_keys: crypto.fallbackKey('f') });
    await alice.ok('POST', '/_matrix/client/v3/logout', {});
    expect((await query(bob, { [alice.userId]: [] })).device_keys[alice.userId]).to.deep.equal({});
    const wanted = { one_time_keys: { [alice.userId]: { [alice.deviceId]: 'signed_curve25519' } } };
    expect((await bob.ok('POST', CLAIM, wanted)).one_time_keys).to.deep.equal({});
    // A new device that takes over the ID begins with nothing.
    const { body } = await request(server.url, 'POST', '/_matrix/client/v3/login', {
      body: {
        type: 'm.login.password',
        user: alice.userId,
        password: `password of alice-${users}`,
        device_id: alice.deviceId,
      },
    });
    const again = new TestUser(() => server.url, body.user_id, body.device_id, body.access_token);
    expect(await again.ok('POST', UPLOAD, {})).to.deep.equal({
      one_time_key_counts: { signed_curve25519: 0 },
    });
    expect((await query(bob, { [alice.userId]: [] })).device_keys[alice.userId]).to.deep.equal({});
    await again.ok('POST', UPLOAD, { one_time_keys: new DeviceCrypto(again).oneTimeKeys(1) });
  });

  it('may have any name of a device', async () => {
    const { body } = await request(server.url, 'POST', '/_matrix/client/v3/login', {
      body: {
        type: 'm.login.password',
        user: alice.userId,
        password: `password of alice-${users}`,
        device_id: '__proto__',
      },
    });
    const odd = new TestUser(() => server.url, body.user_id, body.device_id, body.access_token);
    const upload = {
      device_keys: new DeviceCrypto(odd).deviceKeys(),
      one_time_keys: new DeviceCrypto(odd).oneTimeKeys(1),
    };
    await odd.ok('POST', UPLOAD, upload);
    const { device_keys: shown } = await query(bob, { [alice.userId]: [] });
    expect(Object.keys(shown[alice.userId])).to.deep.equal(['__proto__']);
    const wanted = `{"one_time_keys":{"${alice.userId}":{"__proto__":"signed_curve25519"}}}`;
    const { one_time_keys: claimed } = await bob.ok('POST', CLAIM, wanted);
    expect(Object.keys(claimed[alice.userId])).to.deep.equal(['__proto__']);
  });
});
