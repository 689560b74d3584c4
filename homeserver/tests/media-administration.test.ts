import { expect } from 'chai';
import { makeImage } from '../test-kit/images.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { request, type TestUser } from '../test-kit/test-user.ts';

const V1 = '/_synapse/admin/v1';
const MEDIA = '/_matrix/client/v1/media';
const LONG_AGO = 40_000_000_000;

describe('administration of media', function () {
  this.timeout(30_000);
  let server: TestServer;
  let admin: TestUser;
  let alice: TestUser;
  let users = 0;
  let contents = 0;

  before(async () => {
    server = await TestServer.start();
    admin = await server.registerAdmin('admin');
  });
  beforeEach(async () => {
    users += 1;
    alice = await server.register(`alice-${users}`);
  });
  after(() => server.stop());

  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await admin.request(method, V1 + path, body);
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).to.equal(200);
    return answer.body;
  };
  const refusal = async (user: TestUser, method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await user.request(method, path, body);
    return `${answer.status} ${String(answer.body.errcode)}`;
  };
  const userPath = ({ userId }: TestUser): string => encodeURIComponent(userId);

  async function tryUpload(user: TestUser, content: string | Buffer, contentType = 'text/plain') {
    const path = '/_matrix/media/v3/upload?filename=a.txt';
    const headers = { 'Content-Type': contentType };
    return request(server.url, 'POST', path, { token: user.accessToken, body: content, headers });
  }
  /** @returns the `mxc://` URI. */
  async function upload(user: TestUser, content?: string | Buffer, contentType?: string): Promise<string> {
    contents += 1;
    const { status, body } = await tryUpload(user, content ?? `content ${contents}`, contentType);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.content_uri;
  }
  /** `hs.test/abc` */
  const idOf = (uri: string): string => uri.slice('mxc://'.length);
  const mediaIdOf = (uri: string): string => uri.split('/').at(-1) ?? '';
  const statusOf = async (uri: string): Promise<number> =>
    (await alice.request('GET', `${MEDIA}/download/${idOf(uri)}`)).status;

  it('is for admins', async () => {
    const id = idOf(await upload(alice));
    for (const [method, path] of [
      ['GET', `/media/${id}`],
      ['DELETE', `/media/${id}`],
      ['POST', `/media/quarantine/${id}`],
      ['POST', `/media/unquarantine/${id}`],
      ['POST', `/media/protect/x`],
      ['POST', `/media/unprotect/x`],
      ['GET', '/media/quarantine_changes'],
      ['POST', `/media/delete?before_ts=${LONG_AGO}`],
      ['POST', `/purge_media_cache?before_ts=${LONG_AGO}`],
      ['GET', `/users/${userPath(alice)}/media`],
      ['DELETE', `/users/${userPath(alice)}/media`],
      ['POST', `/user/${userPath(alice)}/media/quarantine`],
      ['GET', '/room/!x:hs.test/media'],
      ['POST', '/room/!x:hs.test/media/quarantine'],
      ['POST', '/quarantine_media/!x:hs.test'],
      ['GET', '/statistics/users/media'],
    ] as const) {
      expect(await refusal(alice, method, V1 + path), path).to.equal('403 M_FORBIDDEN');
      expect((await server.request(method, V1 + path)).status, path).to.equal(401);
    }
  });

  it('tells what is known of media', async () => {
    const uri = await upload(alice, 'hello');
    const { media_info: media } = await ask('GET', `/media/${idOf(uri)}`);
    expect(media).to.include({
      media_origin: null,
      user_id: alice.userId,
      media_id: mediaIdOf(uri),
      media_type: 'text/plain',
      media_length: 5,
      upload_name: 'a.txt',
      last_access_ts: null,
      quarantined_by: null,
      safe_from_quarantine: false,
    });
    expect(await refusal(admin, 'GET', `${V1}/media/hs.test/unknown`)).to.equal('404 M_NOT_FOUND');
  });

  describe('lists', () => {
    it("a user's uploads, the newest first or as it is asked for, in pages", async () => {
      const uris = [await upload(alice, 'ccc'), await upload(alice, 'a'), await upload(alice, 'bb')];
      const path = `/users/${userPath(alice)}/media`;
      const listed = async (query: string): Promise<string[]> =>
        (await ask('GET', path + query)).media.map((media: { media_id: string }) => media.media_id);
      const ids = uris.map(mediaIdOf);
      expect(new Set(await listed(''))).to.deep.equal(new Set(ids));
      expect(await listed('?order_by=media_length')).to.deep.equal([ids[1], ids[2], ids[0]]);
      expect(await listed('?order_by=media_length&dir=b')).to.deep.equal([ids[0], ids[2], ids[1]]);
      const first = await ask('GET', `${path}?order_by=media_length&limit=2`);
      expect(first).to.include({ total: 3, next_token: 2 });
      expect(await listed('?order_by=media_length&limit=2&from=2')).to.deep.equal([ids[0]]);
      for (const column of [
        'media_id',
        'upload_name',
        'created_ts',
        'last_access_ts',
        'media_type',
        'quarantined_by',
        'safe_from_quarantine',
      ]) {
        expect(await listed(`?order_by=${column}`), column).to.have.length(3);
      }
      expect(await refusal(admin, 'GET', `${V1}${path}?order_by=sha256`)).to.equal('400 M_INVALID_PARAM');
      expect(await refusal(admin, 'GET', `${V1}/users/@nobody:hs.test/media`)).to.equal('404 M_NOT_FOUND');
      expect(await refusal(admin, 'GET', `${V1}/users/@a:elsewhere.example/media`)).to.equal('400 M_UNKNOWN');
    });

    it('who has uploaded how much', async () => {
      await upload(alice, '123');
      await upload(alice, '45');
      const path = '/statistics/users/media';
      const { users: found, total } = await ask('GET', `${path}?search_term=alice-${users}`);
      expect(total).to.equal(1);
      expect(found[0]).to.include({ user_id: alice.userId, media_count: 2, media_length: 5 });
      for (const column of ['user_id', 'displayname', 'media_count', 'media_length']) {
        expect((await ask('GET', `${path}?order_by=${column}&dir=b`)).total, column).to.be.above(0);
      }
      expect((await ask('GET', `${path}?from_ts=${Date.now() + 60_000}`)).total).to.equal(0);
      expect((await ask('GET', `${path}?until_ts=1000`)).total).to.equal(0);
      expect(await refusal(admin, 'GET', `${V1}${path}?from_ts=5&until_ts=5`)).to.equal(
        '400 M_INVALID_PARAM',
      );
      expect(await refusal(admin, 'GET', `${V1}${path}?search_term=`)).to.equal('400 M_INVALID_PARAM');
    });

    it('what the events of a room show', async () => {
      const [picture, file, thumbnail] = [await upload(alice), await upload(alice), await upload(alice)];
      const roomId = await alice.createRoom({
        initial_state: [{ type: 'm.room.avatar', state_key: '', content: { url: picture } }],
      });
      await alice.send(roomId, 'm.room.message', {
        msgtype: 'm.image',
        body: 'a.png',
        url: file,
        info: { thumbnail_url: thumbnail },
      });
      await alice.send(roomId, 'm.room.message', {
        msgtype: 'm.image',
        body: 'b.png',
        url: 'mxc://elsewhere.example/abc',
        info: null,
      });
      await alice.send(roomId, 'm.room.message', { msgtype: 'm.text', body: 'mxc://hs.test/words' });
      const { local, remote } = await ask('GET', `/room/${encodeURIComponent(roomId)}/media`);
      expect(new Set(local)).to.deep.equal(new Set([picture, file, thumbnail]));
      expect(remote).to.deep.equal(['mxc://elsewhere.example/abc']);
      expect(await refusal(admin, 'GET', `${V1}/room/!none:hs.test/media`)).to.equal('404 M_NOT_FOUND');
    });
  });

  describe('quarantine', () => {
    it('withdraws content under every media ID, thumbnails too, and refuses it from then on', async () => {
      const image = await makeImage('png', { width: 40 + users, height: 40 });
      const [one, other] = [await upload(alice, image, 'image/png'), await upload(admin, image, 'image/png')];
      const thumbnail = `${MEDIA}/thumbnail/${idOf(other)}?width=32&height=32&method=crop`;
      expect((await alice.request('GET', thumbnail)).status).to.equal(200);
      expect(await ask('POST', `/media/quarantine/${idOf(one)}`)).to.deep.equal({});
      expect([await statusOf(one), await statusOf(other)]).to.deep.equal([404, 404]);
      expect(await refusal(alice, 'GET', thumbnail)).to.equal('404 M_NOT_FOUND');
      const again = await tryUpload(alice, image, 'image/png');
      expect(`${again.status} ${again.body.errcode}`).to.equal('403 M_FORBIDDEN');
      expect((await ask('GET', `/media/${idOf(other)}`)).media_info.quarantined_by).to.equal(admin.userId);

      await ask('POST', `/media/unquarantine/${idOf(other)}`);
      expect([await statusOf(one), await statusOf(other)]).to.deep.equal([200, 200]);
      await upload(alice, image, 'image/png');
    });

    it('takes all that a user has uploaded, but what is protected', async () => {
      const [one, kept] = [await upload(alice), await upload(alice)];
      await ask('POST', `/media/protect/${mediaIdOf(kept)}`);
      const path = `/user/${userPath(alice)}/media/quarantine`;
      expect(await ask('POST', path)).to.deep.equal({ num_quarantined: 1 });
      expect([await statusOf(one), await statusOf(kept)]).to.deep.equal([404, 200]);
      await ask('POST', `/media/quarantine/${idOf(kept)}`);
      expect(await statusOf(kept)).to.equal(200);
      await ask('POST', `/media/unprotect/${mediaIdOf(kept)}`);
      expect(await ask('POST', path)).to.deep.equal({ num_quarantined: 1 });
      expect(await statusOf(kept)).to.equal(404);
    });

    for (const [name, path] of [
      ['a room shows', (roomId: string) => `/room/${roomId}/media/quarantine`],
      ['a room shows, under the old path', (roomId: string) => `/quarantine_media/${roomId}`],
    ] as const) {
      it(`takes what ${name}`, async () => {
        const [shown, other] = [await upload(alice), await upload(alice)];
        const roomId = await alice.createRoom();
        await alice.send(roomId, 'm.room.message', { msgtype: 'm.file', body: 'a', url: shown });
        expect(await ask('POST', path(encodeURIComponent(roomId)))).to.deep.equal({ num_quarantined: 1 });
        expect([await statusOf(shown), await statusOf(other)]).to.deep.equal([404, 200]);
      });
    }

    it('can be followed', async () => {
      const { next_batch: from } = await ask('GET', '/media/quarantine_changes?from=0');
      const uri = await upload(alice);
      await ask('POST', `/media/quarantine/${idOf(uri)}`);
      await ask('POST', `/media/quarantine/${idOf(uri)}`);
      await ask('POST', `/media/unquarantine/${idOf(uri)}`);
      const path = '/media/quarantine_changes?from=';
      const { changes, next_batch: next } = await ask('GET', path + from);
      const about = { origin: 'hs.test', media_id: mediaIdOf(uri) };
      expect(changes).to.deep.equal([
        { ...about, quarantined: true },
        { ...about, quarantined: false },
      ]);
      expect(await ask('GET', path + next)).to.deep.equal({ next_batch: next, changes: [] });
      expect(await refusal(admin, 'GET', `${V1}${path}${next + 1}`)).to.equal('400 M_INVALID_PARAM');
    });

    it('does nothing to what is not here', async () => {
      expect(await ask('POST', '/media/quarantine/elsewhere.example/abc')).to.deep.equal({});
      expect(await ask('POST', '/media/unquarantine/hs.test/unknown')).to.deep.equal({});
    });
  });

  describe('deletion', () => {
    it('of one media leaves other uploads of the same content', async () => {
      const [one, other] = [await upload(alice, 'twice'), await upload(alice, 'twice')];
      const mediaId = mediaIdOf(one);
      expect(await ask('DELETE', `/media/${idOf(one)}`)).to.deep.equal({
        deleted_media: [mediaId],
        total: 1,
      });
      expect([await statusOf(one), await statusOf(other)]).to.deep.equal([404, 200]);
      expect(await refusal(admin, 'DELETE', `${V1}/media/${idOf(one)}`)).to.equal('404 M_NOT_FOUND');
      expect(await refusal(admin, 'DELETE', `${V1}/media/elsewhere.example/abc`)).to.equal('400 M_UNKNOWN');
    });

    it("of a user's uploads takes a page of them", async () => {
      const uris = [await upload(alice), await upload(alice), await upload(alice)];
      const path = `/users/${userPath(alice)}/media`;
      expect(await ask('DELETE', `${path}?limit=2`)).to.have.property('total', 2);
      expect(await ask('DELETE', path)).to.have.property('total', 1);
      expect(await Promise.all(uris.map(statusOf))).to.deep.equal([404, 404, 404]);
    });

    it('by age and size leaves pictures, what is protected, and what is in quarantine', async () => {
      const content = 'x'.repeat(5_000);
      const [old, picture, safe, withdrawn] = await Promise.all(
        ['a', 'b', 'c', 'd'].map((end) => upload(alice, `${content}${users}${end}`)),
      );
      const small = await upload(alice, `small ${users}`);
      if (!old || !picture || !safe || !withdrawn) throw new Error('an upload is missing');
      const profile = `/_matrix/client/v3/profile/${userPath(alice)}/avatar_url`;
      await alice.request('PUT', profile, { avatar_url: picture });
      await ask('POST', `/media/protect/${mediaIdOf(safe)}`);
      await ask('POST', `/media/quarantine/${idOf(withdrawn)}`);
      const later = Date.now() + 60_000;
      expect(await ask('POST', `/media/delete?before_ts=${LONG_AGO}&size_gt=4000`)).to.have.property(
        'total',
        0,
      );
      expect(await ask('POST', `/media/hs.test/delete?before_ts=${later}&size_gt=4000`)).to.deep.equal({
        deleted_media: [mediaIdOf(old)],
        total: 1,
      });
      expect(await Promise.all([old, picture, safe, small].map(statusOf))).to.deep.equal([
        404, 200, 200, 200,
      ]);
      await ask('POST', `/media/unquarantine/${idOf(withdrawn)}`);
      expect(await statusOf(withdrawn)).to.equal(200);
      const all = `/media/delete?before_ts=${later}&size_gt=4000&keep_profiles=false`;
      expect((await ask('POST', all)).total).to.equal(2);
      expect(await Promise.all([picture, safe, withdrawn].map(statusOf))).to.deep.equal([404, 200, 404]);
    });

    it('needs a time in milliseconds, and is of this server', async () => {
      for (const path of ['/media/delete', '/purge_media_cache']) {
        expect(await refusal(admin, 'POST', `${V1}${path}`), path).to.equal('400 M_MISSING_PARAM');
        for (const time of ['x', '-1', '1700000000']) {
          const answer = await refusal(admin, 'POST', `${V1}${path}?before_ts=${time}`);
          expect(answer, `${path} ${time}`).to.equal('400 M_INVALID_PARAM');
        }
      }
      const elsewhere = `${V1}/media/elsewhere.example/delete?before_ts=${LONG_AGO}`;
      expect(await refusal(admin, 'POST', elsewhere)).to.equal('400 M_UNKNOWN');
      expect(await ask('POST', `/purge_media_cache?before_ts=${LONG_AGO}`)).to.deep.equal({ deleted: 0 });
    });
  });
});
