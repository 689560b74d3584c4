import { expect } from 'chai';
import { DeviceCrypto } from '../test-kit/crypto-keys.ts';
import { SyncSession } from '../test-kit/sync-session.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

const UPLOAD = '/_matrix/client/v3/keys/upload';

describe('one-time keys', () => {
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

  /** Claims a key of Alice's device. @returns its name. */
  async function claim(algorithm = 'signed_curve25519'): Promise<string | undefined> {
    const wanted = { [alice.userId]: { [alice.deviceId]: algorithm, NONE: algorithm }, '@none:hs.test': {} };
    const body = await bob.ok('POST', '/_matrix/client/v3/keys/claim', { one_time_keys: wanted });
    const given = body.one_time_keys[alice.userId] ?? {};
    expect(Object.keys(given)).to.have.length.at.most(1);
    const [entry] = Object.entries(given[alice.deviceId] ?? {});
    if (entry === undefined) return undefined;
    const [name, key] = entry as [string, { key: string }];
    expect(name).to.equal(`signed_curve25519:${key.key}`);
    return name;
  }

  it('are counted in the answer and in each sync, zero as well', async () => {
    const session = await SyncSession.begin(alice);
    expect((await session.next()).device_one_time_keys_count).to.deep.equal({ signed_curve25519: 0 });
    const keys = { ...crypto.oneTimeKeys(3), 'curve25519:plain': 'a key' };
    const answer = await alice.ok('POST', UPLOAD, { one_time_keys: keys });
    expect(answer.one_time_key_counts).to.deep.equal({ signed_curve25519: 3, curve25519: 1 });
    expect((await session.next()).device_one_time_keys_count).to.deep.equal(answer.one_time_key_counts);
    await claim();
    const { device_one_time_keys_count: left } = await session.next();
    expect(left).to.deep.equal({ signed_curve25519: 2, curve25519: 1 });
  });

  it('are given out once each, and then no more', async () => {
    await alice.ok('POST', UPLOAD, { one_time_keys: crypto.oneTimeKeys(1, 'b') });
    await alice.ok('POST', UPLOAD, { one_time_keys: crypto.oneTimeKeys(1, 'a') });
    const claimed = [await claim(), await claim(), await claim()];
    expect(claimed.slice(0, 2)).to.have.members(['signed_curve25519:a0', 'signed_curve25519:b0']);
    expect(claimed[2]).to.equal(undefined);
  });

  it('are given out once each to many who ask at the same time', async () => {
    await alice.ok('POST', UPLOAD, { one_time_keys: crypto.oneTimeKeys(40) });
    const claimed = await Promise.all(Array.from({ length: 50 }, () => claim()));
    const names = claimed.filter((name) => name !== undefined);
    expect(names).to.have.length(40);
    expect(new Set(names).size).to.equal(40);
  });

  it('count as uploaded when they are uploaded again, and are refused when they are others', async () => {
    const keys = crypto.oneTimeKeys(2);
    await alice.ok('POST', UPLOAD, { one_time_keys: keys });
    await alice.ok('POST', UPLOAD, { one_time_keys: keys });
    const others = { ...crypto.oneTimeKeys(3), 'signed_curve25519:key0': crypto.sign({ key: 'another' }) };
    const refused = await alice.request('POST', UPLOAD, { one_time_keys: others });
    expect([refused.status, refused.body.errcode]).to.deep.equal([400, 'M_INVALID_PARAM']);
    const { one_time_key_counts: counts } = await alice.ok('POST', UPLOAD, {});
    expect(counts).to.deep.equal({ signed_curve25519: 2 });
  });

  it('are refused under names that are none, and in masses', async () => {
    for (const name of ['signed_curve25519', ':id', 'signed_curve25519:', `a:${'x'.repeat(300)}`]) {
      const { status } = await alice.request('POST', UPLOAD, { one_time_keys: { [name]: 'key' } });
      expect(status, name).to.equal(400);
    }
    await alice.ok('POST', UPLOAD, { one_time_keys: crypto.oneTimeKeys(900) });
    const more = await alice.request('POST', UPLOAD, { one_time_keys: crypto.oneTimeKeys(101, 'more') });
    expect([more.status, more.body.errcode]).to.deep.equal([413, 'M_TOO_LARGE']);
  });

  it('give way to the fallback key, which is told of as used until there is a new one', async () => {
    const session = await SyncSession.begin(alice);
    const unused = async () => (await session.next()).device_unused_fallback_key_types;
    expect(await unused()).to.deep.equal([]);
    await alice.ok('POST', UPLOAD, {
      one_time_keys: crypto.oneTimeKeys(1),
      fallback_keys: crypto.fallbackKey('first'),
    });
    expect(await unused()).to.deep.equal(['signed_curve25519']);
    expect(await claim()).to.equal('signed_curve25519:key0');
    expect(await unused()).to.deep.equal(['signed_curve25519']);
    expect(await claim('other')).to.equal(undefined);
    expect([await claim(), await claim()]).to.deep.equal([
      'signed_curve25519:first',
      'signed_curve25519:first',
    ]);
    expect(await unused()).to.deep.equal([]);
    // The same again is no new one.
    await alice.ok('POST', UPLOAD, { fallback_keys: crypto.fallbackKey('first') });
    expect(await unused()).to.deep.equal([]);
    await alice.ok('POST', UPLOAD, { fallback_keys: crypto.fallbackKey('second') });
    expect(await unused()).to.deep.equal(['signed_curve25519']);
    expect(await claim()).to.equal('signed_curve25519:second');
  });
});
