import { expect } from 'chai';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestResponse, TestUser } from '../test-kit/test-user.ts';

const PATH = '/_matrix/client/v3/room_keys';
const ALGORITHM = 'm.megolm_backup.v1.curve25519-aes-sha2';
const [ROOM, OTHER] = ['!room:hs.test', '!other:hs.test'];

function key(changes: object = {}) {
  return {
    first_message_index: 5,
    forwarded_count: 2,
    is_verified: false,
    session_data: { ciphertext: 'secret' },
    ...changes,
  };
}

describe('key backups', () => {
  let server: TestServer;
  let alice: TestUser;
  let users = 0;
  before(async () => {
    server = await TestServer.start();
  });
  after(() => server.stop());
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice-${users}`);
  });

  async function create(authData: object = { public_key: 'key' }): Promise<string> {
    const body = { algorithm: ALGORITHM, auth_data: authData };
    return (await alice.ok('POST', `${PATH}/version`, body)).version;
  }

  async function refusal(method: string, path: string, body?: object): Promise<string> {
    const answer = await alice.request(method, PATH + path, body);
    return `${answer.status} ${answer.body.errcode}`;
  }

  /** Requests keys of a version. */
  async function keys(method: string, path: string, version: string, body?: object) {
    return (await alice.ok(method, `${PATH}/keys${path}?version=${version}`, body)) as TestResponse['body'];
  }

  const one = (session: string, room = ROOM) => `/${encodeURIComponent(room)}/${encodeURIComponent(session)}`;

  describe('have versions', () => {
    it('of which the newest is the current one', async () => {
      expect(await refusal('GET', '/version')).to.equal('404 M_NOT_FOUND');
      expect(await create({ a: 1 })).to.equal('1');
      expect(await create({ a: 2 })).to.equal('2');
      const current = await alice.ok('GET', `${PATH}/version`);
      expect(current).to.deep.include({ version: '2', algorithm: ALGORITHM, auth_data: { a: 2 }, count: 0 });
      expect(current.etag).to.be.a('string');
      expect(await alice.ok('GET', `${PATH}/version/1`)).to.deep.include({
        version: '1',
        auth_data: { a: 1 },
      });
      for (const version of ['3', '0', '-1', 'x', '1.0', '99999999999999999999']) {
        expect(await refusal('GET', `/version/${version}`), version).to.equal('404 M_NOT_FOUND');
      }
    });

    it('that are made at the same time under numbers of their own', async () => {
      const versions = await Promise.all(Array.from({ length: 8 }, () => create()));
      expect(versions.toSorted()).to.deep.equal(['1', '2', '3', '4', '5', '6', '7', '8']);
    });

    it('whose authentication data change, and nothing else', async () => {
      const version = await create();
      const path = `/version/${version}`;
      const body = { algorithm: ALGORITHM, auth_data: { public_key: 'other' } };
      expect(await alice.ok('PUT', PATH + path, { ...body, version })).to.deep.equal({});
      expect((await alice.ok('GET', PATH + path)).auth_data).to.deep.equal(body.auth_data);
      expect(await refusal('PUT', path, { ...body, version: '7' })).to.equal('400 M_INVALID_PARAM');
      expect(await refusal('PUT', path, { ...body, algorithm: 'other' })).to.equal('400 M_INVALID_PARAM');
      expect(await refusal('PUT', '/version/7', body)).to.equal('404 M_NOT_FOUND');
    });

    it('that are deleted with their keys, and never come again', async () => {
      await create();
      const version = await create();
      await keys('PUT', one('s'), version, key());
      expect(await alice.ok('DELETE', `${PATH}/version/${version}`)).to.deep.equal({});
      expect(await refusal('DELETE', `/version/${version}`)).to.equal('404 M_NOT_FOUND');
      expect(await refusal('GET', `/version/${version}`)).to.equal('404 M_NOT_FOUND');
      expect(await refusal('GET', `/keys?version=${version}`)).to.equal('404 M_NOT_FOUND');
      expect((await alice.ok('GET', `${PATH}/version`)).version).to.equal('1');
      expect(await create()).to.equal('3');
    });

    it('that belong to one user', async () => {
      await create();
      const bob = await server.register(`bob-${users}`);
      expect((await bob.request('GET', `${PATH}/version/1`)).status).to.equal(404);
    });
  });

  describe('have keys', () => {
    it('that are put and got one by one, by room and all at once', async () => {
      const version = await create();
      const first = await keys('PUT', one('s/1'), version, key());
      expect(first).to.deep.include({ count: 1 });
      const ofRoom = { sessions: { 's/2': key({ forwarded_count: 0 }) } };
      await keys('PUT', `/${encodeURIComponent(ROOM)}`, version, ofRoom);
      const last = await keys('PUT', '', version, { rooms: { [OTHER]: { sessions: { __proto: key() } } } });
      expect(last).to.deep.include({ count: 3 });
      expect(last.etag).not.to.equal(first.etag);
      expect(await alice.ok('GET', `${PATH}/version`)).to.include({ count: 3, etag: last.etag });
      expect(await keys('GET', one('s/1'), version)).to.deep.equal(key());
      const sessions = { 's/1': key(), ...ofRoom.sessions };
      expect(await keys('GET', `/${encodeURIComponent(ROOM)}`, version)).to.deep.equal({ sessions });
      expect(await keys('GET', '', version)).to.deep.equal({
        rooms: { [ROOM]: { sessions }, [OTHER]: { sessions: { __proto: key() } } },
      });
    });

    it('none of which is no error, but for a single one', async () => {
      const version = await create();
      expect(await keys('GET', '', version)).to.deep.equal({ rooms: {} });
      for (const room of [encodeURIComponent(ROOM), 'toString', '__proto__']) {
        expect(await keys('GET', `/${room}`, version)).to.deep.equal({ sessions: {} });
      }
      expect(await refusal('GET', `/keys${one('s')}?version=${version}`)).to.equal('404 M_NOT_FOUND');
      expect(await refusal('GET', '/keys?version=7')).to.equal('404 M_NOT_FOUND');
      expect(await refusal('GET', '/keys')).to.equal('400 M_MISSING_PARAM');
    });

    it('that are deleted one by one, by room and all at once', async () => {
      const version = await create();
      const sessions = { a: key(), b: key() };
      await keys('PUT', '', version, { rooms: { [ROOM]: { sessions }, [OTHER]: { sessions } } });
      const etags = new Set<string>();
      const counts = [];
      for (const path of [one('a'), `/${encodeURIComponent(ROOM)}`, '']) {
        const { count, etag } = await keys('DELETE', path, version);
        etags.add(etag);
        counts.push(count);
      }
      expect(counts).to.deep.equal([3, 2, 0]);
      expect(etags.size).to.equal(3);
      expect(await refusal('DELETE', '/keys?version=7')).to.equal('404 M_NOT_FOUND');
    });

    it('that only better ones replace: verified, then from further back, then less forwarded', async () => {
      const version = await create();
      const order = [
        key(),
        key({ forwarded_count: 1 }),
        key({ first_message_index: 4, forwarded_count: 9 }),
        key({ is_verified: true, first_message_index: 9, forwarded_count: 9 }),
        key({ is_verified: true, first_message_index: 8, forwarded_count: 9 }),
        key({ is_verified: true, first_message_index: 8, forwarded_count: 0 }),
      ].map((better, index) => ({ ...better, session_data: { index } }));
      let etag = '';
      for (const better of order) {
        const answer = await keys('PUT', one('s'), version, better);
        expect(answer.etag).not.to.equal(etag);
        etag = answer.etag;
        for (const worse of order.slice(0, order.indexOf(better))) {
          expect((await keys('PUT', one('s'), version, worse)).etag).to.equal(etag);
        }
        // One that is as good is no better.
        const same = { ...better, session_data: {} };
        expect((await keys('PUT', one('s'), version, same)).etag).to.equal(etag);
        expect(await keys('GET', one('s'), version)).to.deep.equal(better);
      }
    });

    it('of which the best stays when many come at the same time', async () => {
      const version = await create();
      const indexes = [7, 3, 9, 1, 5, 2, 8];
      await Promise.all(
        indexes.map((index) => keys('PUT', one('s'), version, key({ first_message_index: index }))),
      );
      expect((await keys('GET', one('s'), version)).first_message_index).to.equal(1);
    });

    it('that go into the current version alone', async () => {
      expect(await refusal('PUT', `/keys${one('s')}?version=1`, key())).to.equal('404 M_NOT_FOUND');
      const old = await create();
      await create();
      const answer = await alice.request('PUT', `${PATH}/keys${one('s')}?version=${old}`, key());
      expect(answer.status).to.equal(403);
      expect(answer.body).to.include({ errcode: 'M_WRONG_ROOM_KEYS_VERSION', current_version: '2' });
    });

    it('of the right form', async () => {
      const version = await create();
      const path = `/keys?version=${version}`;
      const put = (sessions: unknown, room = ROOM) =>
        refusal('PUT', path, { rooms: { [room]: { sessions } } });
      expect(await put({ s: key({ first_message_index: -1 }) })).to.equal('400 M_INVALID_PARAM');
      expect(await put({ s: key({ forwarded_count: 1e300 }) })).to.equal('400 M_INVALID_PARAM');
      expect(await put({ s: key({ is_verified: 'yes' }) })).to.equal('400 M_BAD_JSON');
      expect(await put({ [`${'x'.repeat(256)}`]: key() })).to.equal('400 M_INVALID_PARAM');
      expect(await put({ s: key({ session_data: { x: 'x'.repeat(70_000) } }) })).to.equal('413 M_TOO_LARGE');
      expect(await put({ s: key() }, 'room')).to.equal('400 M_INVALID_PARAM');
      expect(await put(undefined, 'room')).to.equal('400 M_INVALID_PARAM');
      expect((await alice.ok('GET', `${PATH}/version`)).count).to.equal(0);
    });
  });
});
