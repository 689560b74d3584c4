import { expect } from 'chai';
import { findS3Server } from '../bin/s3-server.mjs';
import { makeImage } from '../test-kit/images.ts';
import { MovableServer } from '../test-kit/movable-server.ts';
import { type S3Process, startS3 } from '../test-kit/s3-process.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { request } from '../test-kit/test-user.ts';

const MEDIA = '/_matrix/client/v1/media';

describe('media in an S3 bucket', function () {
  this.timeout(60_000);
  let s3: S3Process | undefined;
  let server: TestServer | undefined;

  before(async function () {
    const program = findS3Server();
    if (program === undefined) return this.skip();
    s3 = await startS3(program);
    server = await TestServer.start({ ...s3.configuration, MAX_UPLOAD: '5M' });
  });
  after(async () => {
    await server?.stop();
    await s3?.stop();
  });

  it('are uploaded, served whole and in parts, and shown as thumbnails, also after a restart', async () => {
    if (server === undefined) throw new Error('there is no server');
    const alice = await server.register('alice');
    const image = await makeImage('png', { width: 400, height: 300 });
    const headers = { 'Content-Type': 'image/png' };
    const uploaded = await request(server.url, 'POST', '/_matrix/media/v3/upload', {
      token: alice.accessToken,
      body: image,
      headers,
    });
    expect(uploaded.status).to.equal(200);
    const id = String(uploaded.body.content_uri).slice('mxc:/'.length);
    const thumbnail = `${MEDIA}/thumbnail${id}?width=96&height=96&method=crop`;
    for (const when of ['at once', 'after a restart']) {
      const whole = await alice.request('GET', `${MEDIA}/download${id}`);
      expect(whole.headers.get('content-length'), when).to.equal(String(image.length));
      const part = await fetch(`${server.url}${MEDIA}/download${id}`, {
        headers: { Authorization: `Bearer ${alice.accessToken}`, Range: 'bytes=1-3' },
      });
      expect([part.status, await part.text()], when).to.deep.equal([206, 'PNG']);
      const small = await alice.request('GET', thumbnail);
      expect([small.status, small.headers.get('content-type')], when).to.deep.equal([200, 'image/jpeg']);
      await server.restart();
    }
  });

  it('come from a folder and go back to one, while the server runs', async () => {
    if (s3 === undefined) throw new Error('there is no S3 server');
    const { MEDIA_URL = '', ...keys } = s3.configuration;
    const moved = await MovableServer.start();
    try {
      const alice = await moved.register('alice');
      const upload = async (body: string): Promise<string> => {
        const headers = { 'Content-Type': 'text/plain' };
        const path = '/_matrix/media/v3/upload';
        const sent = await request(moved.url, 'POST', path, { token: alice.accessToken, body, headers });
        return String(sent.body.content_uri).slice('mxc:/'.length);
      };
      const contentOf = async (id: string) => (await alice.request('GET', `${MEDIA}/download${id}`)).body;
      const [one, other] = [await upload('one'), await upload('another')];
      moved.configure(keys);
      expect(await moved.run('move-media', '--to', MEDIA_URL)).to.include('2 copied, 0 there already');
      const late = await upload('late');
      await moved.pause();
      moved.configure({ ...keys, MEDIA_URL });
      await moved.resume();
      const folder = `file:${moved.folder}/data/media`;
      expect(await moved.run('move-media', '--from', folder)).to.include('1 copied, 2 there already');
      expect(await Promise.all([one, other, late].map(contentOf))).to.deep.equal(['one', 'another', 'late']);
      const elsewhere = `file:${moved.folder}/elsewhere`;
      expect(await moved.run('move-media', '--to', elsewhere)).to.include('3 copied, 0 there already');
      for (const args of [[], ['--to', 'nowhere'], ['--to', elsewhere, '--from', folder]]) {
        const { exitCode, errors } = await moved.command('move-media', ...args);
        expect(exitCode, errors).to.equal(1);
        expect(errors).to.include('--from or --to');
      }
    } finally {
      await moved.end();
    }
  });

  it('are kept one by one when many come at once', async () => {
    if (server === undefined) throw new Error('there is no server');
    const { url } = server;
    const bob = await server.register('bob');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        request(url, 'POST', '/_matrix/media/v3/upload', {
          token: bob.accessToken,
          body: `file ${index}`,
          headers: { 'Content-Type': 'text/plain' },
        }),
      ),
    );
    for (const [index, { body }] of answers.entries()) {
      const id = String(body.content_uri).slice('mxc:/'.length);
      expect((await bob.request('GET', `${MEDIA}/download${id}`)).body).to.equal(`file ${index}`);
    }
  });
});
