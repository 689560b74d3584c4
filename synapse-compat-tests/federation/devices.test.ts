import { expect } from 'chai';
import { CrossSigningCrypto, DeviceCrypto } from '../../homeserver/test-kit/crypto-keys.ts';
import { eventually } from '../../homeserver/test-kit/eventually.ts';
import { request, type TestResponse, TestUser } from '../../homeserver/test-kit/test-user.ts';
import { untilSynced } from '../../homeserver/test-kit/two-servers.ts';
import { bothWays } from './both-ways.ts';

bothWays('devices', (way) => {
  const upload = (user: TestUser, body: object) => user.ok('POST', '/_matrix/client/v3/keys/upload', body);
  const query = (viewer: TestUser, userId: string): Promise<TestResponse['body']> =>
    viewer.ok('POST', '/_matrix/client/v3/keys/query', { device_keys: { [userId]: [] } });
  /** Waits until a sync after the token says that the keys of somebody have changed. */
  const untilChanged = (viewer: TestUser, since: string, userId: string) =>
    untilSynced(
      viewer,
      ({ device_lists: lists }) => lists?.changed?.includes(userId) === true || undefined,
      since,
    );

  it('hear of new devices, and that they are gone', async () => {
    const { owner, visitor } = await way.meetIn();
    const keys = new DeviceCrypto(owner).deviceKeys();
    let { next_batch: since } = await visitor.sync();
    await upload(owner, { device_keys: keys });
    await untilChanged(visitor, since, owner.userId);
    const { device_keys: found } = await query(visitor, owner.userId);
    const { keys: theirs, signatures } = found[owner.userId][owner.deviceId];
    expect({ theirs, signatures }).to.deep.equal({ theirs: keys.keys, signatures: keys.signatures });

    const login = { type: 'm.login.password', user: owner.userId, password: passwordOf(owner) };
    const { body } = await request(way.host.url, 'POST', '/_matrix/client/v3/login', {
      body: { ...login, initial_device_display_name: 'phone' },
      send: fetch,
    });
    const phone = new TestUser(() => way.host.url, body.user_id, body.device_id, body.access_token, fetch);
    ({ next_batch: since } = await visitor.sync());
    await upload(phone, { device_keys: new DeviceCrypto(phone).deviceKeys() });
    await untilChanged(visitor, since, owner.userId);
    await eventually(async () => {
      const devices = (await query(visitor, owner.userId)).device_keys[owner.userId];
      return devices[phone.deviceId] !== undefined && devices[owner.deviceId] !== undefined;
    });
    ({ next_batch: since } = await visitor.sync());
    await phone.ok('POST', '/_matrix/client/v3/logout', {});
    await untilChanged(visitor, since, owner.userId);
    await eventually(async () => {
      const { device_keys: left } = await query(visitor, owner.userId);
      return Object.keys(left[owner.userId]).join() === owner.deviceId;
    });
  });

  it('hear of the keys with which somebody signs devices, and of their signatures', async () => {
    const { owner, visitor } = await way.meetIn();
    const device = new DeviceCrypto(owner).deviceKeys();
    await upload(owner, { device_keys: device });
    const { next_batch: since } = await visitor.sync();
    const crypto = new CrossSigningCrypto(owner.userId);
    const keys = crypto.upload();
    await owner.ok('POST', '/_matrix/client/v3/keys/device_signing/upload', keys);
    await untilChanged(visitor, since, owner.userId);
    const signed = crypto.sign(device, crypto.selfSigning);
    await owner.ok('POST', '/_matrix/client/v3/keys/signatures/upload', {
      [owner.userId]: { [owner.deviceId]: signed },
    });
    await eventually(async () => {
      const found = await query(visitor, owner.userId);
      const signatures = found.device_keys[owner.userId]?.[owner.deviceId]?.signatures[owner.userId] ?? {};
      return (
        found.master_keys[owner.userId] !== undefined &&
        found.self_signing_keys[owner.userId] !== undefined &&
        signatures[crypto.selfSigning.keyId] !== undefined
      );
    });
    const found = await query(visitor, owner.userId);
    expect(found.master_keys[owner.userId].keys).to.deep.equal(keys.master_key.keys);
    expect(found.self_signing_keys[owner.userId]).to.deep.equal(keys.self_signing_key);
    expect(found.user_signing_keys?.[owner.userId]).to.equal(undefined);
  });

  it('claim each one-time key once, and the fallback key after that', async () => {
    const { owner, visitor } = await way.meet();
    const crypto = new DeviceCrypto(owner);
    const keys = crypto.oneTimeKeys(2);
    const fallback = crypto.fallbackKey('fallback');
    await upload(owner, { device_keys: crypto.deviceKeys(), one_time_keys: keys, fallback_keys: fallback });
    const claimed: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      const { one_time_keys: found } = await visitor.ok('POST', '/_matrix/client/v3/keys/claim', {
        one_time_keys: { [owner.userId]: { [owner.deviceId]: 'signed_curve25519' } },
      });
      claimed.push(...Object.keys(found[owner.userId][owner.deviceId]));
    }
    expect(claimed.slice(0, 2)).to.have.members(Object.keys(keys));
    expect(new Set(claimed.slice(2))).to.deep.equal(new Set(Object.keys(fallback)));
  });

  it('send messages to one device and to all', async () => {
    const { owner, visitor } = await way.meetIn();
    for (const [number, target] of [owner.deviceId, '*'].entries()) {
      const { next_batch: since } = await owner.sync();
      await visitor.ok('PUT', `/_matrix/client/v3/sendToDevice/org.example.greeting/t${number}`, {
        messages: { [owner.userId]: { [target]: { number } } },
      });
      const message = await untilSynced(owner, ({ to_device: found }) => found?.events?.[0], since);
      expect(message).to.deep.equal({
        type: 'org.example.greeting',
        sender: visitor.userId,
        content: { number },
      });
    }
  });
});

/** As `registerUser` sets it. */
function passwordOf({ userId }: TestUser): string {
  return `password of ${userId.slice(1, userId.indexOf(':'))}`;
}
