import { expect } from 'chai';
import sharp from 'sharp';
import { makeImage } from '../test-kit/images.ts';
import { TestServer } from '../test-kit/test-server.ts';
import { request, type TestResponse, type TestUser } from '../test-kit/test-user.ts';

const MEDIA = '/_matrix/client/v1/media';

describe('Media', () => {
  let server: TestServer;
  let alice: TestUser;
  let bob: TestUser;

  before(async () => {
    server = await TestServer.start({ MAX_UPLOAD: '100K' });
    alice = await server.register('alice');
    bob = await server.register('bob');
  });
  after(() => server.stop());

  function send(user: TestUser, method: string, path: string, body: unknown, contentType: string) {
    const headers = { 'Content-Type': contentType };
    return request(server.url, method, path, { token: user.accessToken, body, headers });
  }

  /** `/server/id` of what Alice uploads. */
  async function upload(body: string | Buffer, contentType: string, fileName: string): Promise<string> {
    const path = `/_matrix/media/v3/upload?filename=${encodeURIComponent(fileName)}`;
    const { status, body: answer } = await send(alice, 'POST', path, body, contentType);
    expect(status, JSON.stringify(answer)).to.equal(200);
    return answer.content_uri.replace('mxc:/', '');
  }

  const refusal = ({ status, body }: TestResponse): string => `${status} ${body.errcode}`;

  it('is given to everybody with an account, under its name and type', async () => {
    const id = await upload('Hällo', 'text/plain; charset=utf-8', 'Grüße.txt');
    expect(id).to.match(/^\/hs\.test\/\w+$/);
    const { status, headers, body } = await bob.request('GET', `${MEDIA}/download${id}`);
    expect({ status, body }).to.deep.equal({ status: 200, body: 'Hällo' });
    expect(headers.get('content-type')).to.equal('text/plain; charset=utf-8');
    expect(headers.get('content-disposition')).to.equal(
      `inline; filename="Gr__e.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt`,
    );
    const renamed = await bob.request('GET', `${MEDIA}/download${id}/other.txt`);
    expect(renamed.headers.get('content-disposition')).to.equal('inline; filename="other.txt"');
  });

  it('is there after a restart, thumbnails too', async () => {
    const image = await makeImage('png', { width: 400, height: 300 });
    const id = await upload(image, 'image/png', 'photo.png');
    const thumbnail = `${MEDIA}/thumbnail${id}?width=96&height=96&method=crop`;
    const before = await bob.request('GET', thumbnail);
    await server.restart();
    const after = await bob.request('GET', thumbnail);
    expect(after.status).to.equal(200);
    expect(after.body).to.equal(before.body);
    expect((await bob.request('GET', `${MEDIA}/download${id}`)).headers.get('content-length')).to.equal(
      String(image.length),
    );
  });

  it('is nothing for those without a token', async () => {
    const id = await upload('x', 'text/plain', 'x.txt');
    for (const path of [
      `/download${id}`,
      `/download${id}/x.txt`,
      `/thumbnail${id}?width=1&height=1`,
      '/config',
    ]) {
      expect(refusal(await server.request('GET', MEDIA + path)), path).to.equal('401 M_MISSING_TOKEN');
    }
    expect(refusal(await server.request('POST', '/_matrix/media/v3/upload'))).to.equal('401 M_MISSING_TOKEN');
    expect(refusal(await server.request('GET', `/_matrix/media/v3/download${id}`))).to.equal(
      '404 M_NOT_FOUND',
    );
  });

  it('never runs in a browser', async () => {
    const id = await upload('<script>alert(1)</script>', 'text/html', 'page.html');
    const { headers } = await bob.request('GET', `${MEDIA}/download${id}`);
    expect(headers.get('content-disposition')).to.match(/^attachment;/);
    expect(headers.get('content-security-policy')).to.match(/^sandbox;/);
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
  });

  it('has a limit, which clients can ask for', async () => {
    const limit = 100 * 1024;
    expect(await bob.ok('GET', `${MEDIA}/config`)).to.deep.equal({ 'm.upload.size': limit });
    await upload(Buffer.alloc(limit), 'application/octet-stream', 'full');
    const more = Buffer.alloc(limit + 1);
    const answer = await send(alice, 'POST', '/_matrix/media/v3/upload', more, 'application/octet-stream');
    expect(refusal(answer)).to.equal('413 M_TOO_LARGE');
  });

  it('can be announced, waited for and sent later, once, by whoever announced it', async () => {
    const { content_uri: uri } = await alice.ok('POST', '/_matrix/media/v1/create');
    const id = uri.replace('mxc:/', '');
    const path = `/_matrix/media/v3/upload${id}`;
    expect(refusal(await bob.request('GET', `${MEDIA}/download${id}?timeout_ms=1`))).to.equal(
      '504 M_NOT_YET_UPLOADED',
    );
    expect(refusal(await send(bob, 'PUT', path, 'no', 'text/plain'))).to.equal('403 M_FORBIDDEN');
    const waiting = bob.request('GET', `${MEDIA}/download${id}`);
    expect((await send(alice, 'PUT', path, 'here', 'text/plain')).body).to.deep.equal({});
    expect((await waiting).body).to.equal('here');
    expect(refusal(await send(alice, 'PUT', path, 'again', 'text/plain'))).to.equal(
      '409 M_CANNOT_OVERWRITE_MEDIA',
    );
  });

  it('has thumbnails, never larger than the image', async () => {
    const id = await upload(await makeImage('webp', { width: 500, height: 250 }), 'image/webp', 'photo.webp');
    const thumbnail = async (query: string): Promise<string> => {
      const response = await fetch(`${server.url}${MEDIA}/thumbnail${id}?${query}`, {
        headers: { Authorization: `Bearer ${bob.accessToken}` },
      });
      expect(response.status).to.equal(200);
      const { format, width, height } = await sharp(await response.arrayBuffer()).metadata();
      return `${format} ${width}x${height}`;
    };
    expect(await thumbnail('width=100&height=100&method=scale')).to.equal('jpeg 320x160');
    expect(await thumbnail('width=40&height=40&method=crop')).to.equal('jpeg 96x96');
    expect(await thumbnail('width=800&height=600&animated=true')).to.equal('jpeg 500x250');
    expect(await thumbnail('width=100000&height=100000')).to.equal('jpeg 500x250');
  });

  it('has no thumbnail where there is no image', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
    for (const [content, type] of [
      ['text', 'text/plain'],
      ['no png', 'image/png'],
      [svg, 'image/svg+xml'],
    ] as const) {
      const id = await upload(content, type, 'file');
      const answer = await bob.request('GET', `${MEDIA}/thumbnail${id}?width=96&height=96`);
      expect(refusal(answer), type).to.equal('400 M_UNKNOWN');
    }
  });

  it('is not found elsewhere', async () => {
    for (const id of ['/hs.test/unknown', '/elsewhere.test/abc', '/hs.test/..%2F..%2Fhomeserver.db']) {
      expect(refusal(await bob.request('GET', `${MEDIA}/download${id}`)), id).to.equal('404 M_NOT_FOUND');
      const upload = await send(alice, 'PUT', `/_matrix/media/v3/upload${id}`, 'x', 'text/plain');
      expect(refusal(upload), id).to.equal('404 M_NOT_FOUND');
    }
  });
});
