import { expect } from 'chai';
import { DeviceCrypto } from '../test-kit/crypto-keys.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

const PATH = '/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device';

describe('a dehydrated device', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
    bob = await server.register('bob');
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice-${users}`);
  });

  function upload(deviceId: string, crypto = new DeviceCrypto({ userId: alice.userId, deviceId })) {
    return {
      device_id: deviceId,
      device_data: { algorithm: 'org.example.test', device: 'secret' },
      initial_device_display_name: 'Dehydrated',
      device_keys: crypto.deviceKeys({ dehydrated: true }),
      one_time_keys: crypto.oneTimeKeys(2),
      fallback_keys: crypto.fallbackKey('fallback'),
    };
  }

  async function devices(): Promise<string[]> {
    const asked = { device_keys: { [alice.userId]: [] } };
    const { device_keys: keys } = await bob.ok('POST', '/_matrix/client/v3/keys/query', asked);
    return Object.keys(keys[alice.userId]);
  }

  async function refusal(method: string, path = PATH, body?: object): Promise<string> {
    const answer = await alice.request(method, path, body);
    return `${answer.status} ${answer.body.errcode}`;
  }

  async function sendTo(deviceId: string, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const messages = { [alice.userId]: { [deviceId]: { n } } };
      await bob.ok('PUT', `/_matrix/client/v3/sendToDevice/t/${deviceId}-${users}-${n}`, { messages });
    }
  }

  it('is there with its keys like any other, once for a user', async () => {
    expect(await refusal('GET')).to.equal('404 M_NOT_FOUND');
    const first = upload('FIRST');
    expect(await alice.ok('PUT', PATH, first)).to.deep.equal({ device_id: 'FIRST' });
    // A client that did not hear of its success asks again.
    await alice.ok('PUT', PATH, first);
    expect(await alice.ok('GET', PATH)).to.deep.equal({ device_id: 'FIRST', device_data: first.device_data });
    expect(await devices()).to.deep.equal(['FIRST']);
    const wanted = { one_time_keys: { [alice.userId]: { FIRST: 'signed_curve25519' } } };
    const { one_time_keys: claimed } = await bob.ok('POST', '/_matrix/client/v3/keys/claim', wanted);
    expect(Object.keys(claimed[alice.userId].FIRST)).to.have.length(1);
    await alice.ok('PUT', PATH, upload('SECOND'));
    expect(await devices()).to.deep.equal(['SECOND']);
    expect((await alice.ok('GET', PATH)).device_id).to.equal('SECOND');
  });

  it('gives what it received page by page, and again', async () => {
    await alice.ok('PUT', PATH, upload('BOX'));
    await sendTo('BOX', 130);
    const read = async (): Promise<number[]> => {
      const numbers: number[] = [];
      for (let next: string | undefined; ; ) {
        const body: object = next === undefined ? {} : { next_batch: next };
        const page = await alice.ok('POST', `${PATH}/BOX/events`, body);
        if (page.events.length === 0) return numbers;
        numbers.push(...page.events.map((event: { content: { n: number } }) => event.content.n));
        next = page.next_batch;
      }
    };
    const all = Array.from({ length: 130 }, (_, n) => n);
    expect(await read()).to.deep.equal(all);
    expect(await read()).to.deep.equal(all);
  });

  it('is deleted with all that it has', async () => {
    await alice.ok('PUT', PATH, upload('GONE'));
    await sendTo('GONE', 1);
    expect(await alice.ok('DELETE', PATH)).to.deep.equal({ device_id: 'GONE' });
    expect(await refusal('DELETE')).to.equal('404 M_NOT_FOUND');
    expect(await refusal('POST', `${PATH}/GONE/events`, {})).to.equal('404 M_NOT_FOUND');
    expect(await devices()).to.deep.equal([]);
    await alice.ok('PUT', PATH, upload('GONE'));
    expect((await alice.ok('POST', `${PATH}/GONE/events`, {})).events).to.deep.equal([]);
  });

  it('is none of those that the user is logged in with, and signs its keys', async () => {
    expect(await refusal('PUT', PATH, upload(alice.deviceId))).to.equal('400 M_INVALID_PARAM');
    const forged = { ...upload('X'), device_keys: { ...upload('X').device_keys, algorithms: [] } };
    expect(await refusal('PUT', PATH, forged)).to.equal('400 M_INVALID_SIGNATURE');
    expect(await refusal('PUT', PATH, { ...upload('X'), device_id: '' })).to.equal('400 M_INVALID_PARAM');
    expect(await refusal('GET')).to.equal('404 M_NOT_FOUND');
    await alice.ok('PUT', PATH, upload('X'));
    expect(await refusal('POST', `${PATH}/${alice.deviceId}/events`, {})).to.equal('403 M_FORBIDDEN');
    expect(await refusal('POST', `${PATH}/X/events`, { next_batch: 'y' })).to.equal('400 M_INVALID_PARAM');
  });
});
