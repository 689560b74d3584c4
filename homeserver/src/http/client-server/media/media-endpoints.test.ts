import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type EndpointServer, serveEndpoints } from '../../../../test-kit/http-endpoints.ts';
import { makeImage } from '../../../../test-kit/images.ts';
import { openTestStorage, type TestStorage } from '../../../../test-kit/storage-for-tests.ts';
import { systemClock } from '../../../base/clock.ts';
import { createLogger } from '../../../base/logger.ts';
import { createMedia } from '../../../media/index.ts';
import { OutboundClient } from '../../../outbound/index.ts';
import { FileStore } from '../../../storage/index.ts';
import { mediaEndpoints } from './index.ts';

type Body = NonNullable<RequestInit['body']>;

const MAX_UPLOAD = 200_000;
const ALICE = { Authorization: 'Bearer alice' };

describe('media endpoints', () => {
  let test: TestStorage;
  let directory: string;
  let server: EndpointServer;

  before(async () => {
    test = await openTestStorage();
    directory = await mkdtemp(join(tmpdir(), 'guildhall-media-'));
    const media = createMedia({
      storage: test.storage,
      blobs: await FileStore.open(directory),
      serverName: 'test',
      clock: systemClock,
      logger: createLogger({ level: 'silent' }),
      maxUploadBytes: MAX_UPLOAD,
      outbound: new OutboundClient({ allowPrivateAddresses: false }),
      previews: { isOn: false, deniedHosts: [] },
      quota: { files: undefined, bytes: undefined },
      lifetimes: { local: undefined, remote: undefined, previews: undefined },
    });
    server = await serveEndpoints(mediaEndpoints, { services: { media } });
  });

  after(async () => {
    await server.close();
    await test.close();
    await rm(directory, { recursive: true });
  });

  const post = (query: string, body: Body, headers: Record<string, string> = {}): Promise<Response> =>
    server.fetch(`/_matrix/media/v3/upload${query}`, {
      method: 'POST',
      headers: { ...ALICE, ...headers },
      body,
    });

  /** `/server/id` of what was uploaded. */
  async function upload(body: Body, contentType: string, fileName = ''): Promise<string> {
    const query = fileName && `?filename=${encodeURIComponent(fileName)}`;
    const response = await post(query, body, { 'Content-Type': contentType });
    expect(response.status).to.equal(200);
    const { content_uri: uri } = (await response.json()) as { content_uri: string };
    expect(uri).to.match(/^mxc:\/\/test\/[A-Za-z0-9]{24}$/);
    return uri.replace('mxc:/', '');
  }

  const get = (path: string, headers: Record<string, string> = ALICE, method = 'GET'): Promise<Response> =>
    server.fetch(`/_matrix/client/v1/media${path}`, { method, headers });

  const errcode = async (response: Response): Promise<string> =>
    `${response.status} ${((await response.json()) as { errcode: string }).errcode}`;

  it('give back what was uploaded, with the headers that keep it harmless', async () => {
    const id = await upload('<script>', 'text/html', 'ä.html');
    const response = await get(`/download${id}`);
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal('<script>');
    expect(Object.fromEntries(response.headers)).to.include({
      'content-type': 'text/html',
      'content-length': '8',
      'content-disposition': `attachment; filename="_.html"; filename*=UTF-8''%C3%A4.html`,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'private, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
    });
    expect(response.headers.get('content-security-policy')).to.match(/^sandbox; default-src 'none';/);
  });

  it('show harmless types in place, under the name that the path gives', async () => {
    const id = await upload('x', 'text/plain', 'one.txt');
    const response = await get(`/download${id}/two%20words.txt`);
    expect(response.headers.get('content-disposition')).to.equal('inline; filename="two words.txt"');
  });

  it('give out parts, and only what the client has not', async () => {
    const id = await upload('0123456789', 'text/plain');
    const part = await get(`/download${id}`, { ...ALICE, Range: 'bytes=2-4' });
    expect(part.status).to.equal(206);
    expect(part.headers.get('content-range')).to.equal('bytes 2-4/10');
    expect(part.headers.get('content-length')).to.equal('3');
    expect(await part.text()).to.equal('234');
    const etag = part.headers.get('etag') ?? '';
    const outside = await get(`/download${id}`, { ...ALICE, Range: 'bytes=10-' });
    expect(outside.status).to.equal(416);
    expect(outside.headers.get('content-range')).to.equal('bytes */10');
    await outside.arrayBuffer();
    const known = await get(`/download${id}`, { ...ALICE, 'If-None-Match': etag });
    expect(known.status).to.equal(304);
    const same = await get(`/download${id}`, { ...ALICE, Range: 'bytes=0-0', 'If-Range': etag });
    expect(await same.text()).to.equal('0');
    const other = await get(`/download${id}`, { ...ALICE, Range: 'bytes=0-0', 'If-Range': '"old"' });
    expect(await other.text()).to.equal('0123456789');
  });

  it('answer HEAD without the content', async () => {
    const id = await upload('0123456789', 'text/plain');
    const response = await get(`/download${id}`, { ...ALICE, Range: 'bytes=0-0' }, 'HEAD');
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-length')).to.equal('10');
    expect(response.headers.get('content-type')).to.equal('text/plain');
    expect(await response.text()).to.equal('');
  });

  it('take and give an empty file', async () => {
    const response = await get(`/download${await upload('', 'text/plain')}`);
    expect(response.status).to.equal(200);
    expect(await response.text()).to.equal('');
  });

  it('ask for a token, for uploads and downloads', async () => {
    const id = await upload('x', 'text/plain');
    expect(await errcode(await get(`/download${id}`, {}))).to.equal('401 M_MISSING_TOKEN');
    expect(await errcode(await get(`/thumbnail${id}?width=1&height=1`, {}))).to.equal('401 M_MISSING_TOKEN');
    const unknown = await post('', 'x', { Authorization: 'Bearer nobody' });
    expect(await errcode(unknown)).to.equal('401 M_UNKNOWN_TOKEN');
  });

  it('give nothing to those who use the frozen paths', async () => {
    const id = await upload('x', 'text/plain');
    for (const path of [`download${id}`, `download${id}/x.txt`, `thumbnail${id}?width=1&height=1`]) {
      for (const version of ['v3', 'r0']) {
        const response = await server.fetch(`/_matrix/media/${version}/${path}`);
        expect(await errcode(response), path).to.equal('404 M_NOT_FOUND');
      }
    }
  });

  it('refuse what is too large: as announced, as sent in pieces, and leave nothing of it', async () => {
    const before = await readdir(join(directory, 'content'), { recursive: true });
    expect(await errcode(await post('', Buffer.alloc(MAX_UPLOAD + 1)))).to.equal('413 M_TOO_LARGE');
    const pieces = new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 30; piece += 1) controller.enqueue(new Uint8Array(10_000));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: ALICE, body: pieces, duplex: 'half' } as RequestInit;
    expect(await errcode(await server.fetch('/_matrix/media/v3/upload', init))).to.equal('413 M_TOO_LARGE');
    expect(await readdir(join(directory, 'content'), { recursive: true })).to.deep.equal(before);
    expect(await readdir(join(directory, 'incoming'))).to.deep.equal([]);
  });

  it('forget an upload that breaks off', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    const head = 'POST /_matrix/media/v3/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer alice\r\n';
    socket.write(`${head}Content-Length: 1000\r\n\r\nhello`);
    const incoming = (): Promise<string[]> => readdir(join(directory, 'incoming'));
    while ((await incoming()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    while ((await incoming()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(server.logged).to.deep.equal([]);
  });

  it('let an ID be reserved, uploaded to once, and waited for', async () => {
    const created = await server.request('POST', '/_matrix/media/v1/create');
    expect(created.status).to.equal(200);
    const id = String(created.body.content_uri).replace('mxc:/', '');
    expect(created.body.unused_expires_at).to.be.above(Date.now());
    expect(await errcode(await get(`/download${id}?timeout_ms=0`))).to.equal('504 M_NOT_YET_UPLOADED');
    const waiting = get(`/download${id}?timeout_ms=9000`);
    const put = (token: string) =>
      server.request('PUT', `/_matrix/media/v3/upload${id}?filename=a`, 'hello', token);
    expect((await put('admin')).body).to.include({ errcode: 'M_FORBIDDEN' });
    expect(await put('alice')).to.deep.include({ status: 200, body: {} });
    expect(await (await waiting).text()).to.equal('hello');
    expect((await put('alice')).body).to.include({ errcode: 'M_CANNOT_OVERWRITE_MEDIA' });
    const nowhere = await server.request('PUT', '/_matrix/media/v3/upload/test/nothing', 'x');
    expect(nowhere.body).to.include({ errcode: 'M_NOT_FOUND' });
  });

  it('make thumbnails', async () => {
    const image = await makeImage('png', { width: 1_000, height: 500 });
    const id = await upload(new Blob([new Uint8Array(image)]), 'image/png', 'photo.png');
    const response = await get(`/thumbnail${id}?width=300&height=200&method=scale&animated=true`);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('image/jpeg');
    expect(response.headers.get('content-disposition')).to.match(/^inline/);
    expect((await response.arrayBuffer()).byteLength).to.equal(
      Number(response.headers.get('content-length')),
    );
  });

  it('say what is wrong with a request for a thumbnail', async () => {
    const id = await upload('no image', 'image/png');
    const answer = async (query: string) => errcode(await get(`/thumbnail${id}?${query}`));
    expect(await answer('width=10')).to.equal('400 M_MISSING_PARAM');
    expect(await answer('width=0&height=10')).to.equal('400 M_INVALID_PARAM');
    expect(await answer('width=-1&height=10')).to.equal('400 M_INVALID_PARAM');
    expect(await answer('width=1.5&height=10')).to.equal('400 M_INVALID_PARAM');
    expect(await answer('width=10&height=10&method=stretch')).to.equal('400 M_INVALID_PARAM');
    expect(await answer('width=10&height=10&animated=perhaps')).to.equal('400 M_INVALID_PARAM');
    expect(await answer('width=10&height=10')).to.equal('400 M_UNKNOWN');
  });

  it('know nothing of media that is not here', async () => {
    for (const id of ['/test/unknown', '/elsewhere.test/abc', '/test/..%2f..%2fetc%2fpasswd', '/%20/x']) {
      expect(await errcode(await get(`/download${id}`)), id).to.equal('404 M_NOT_FOUND');
    }
  });

  it('say how large an upload may be', async () => {
    for (const path of ['/_matrix/client/v1/media/config', '/_matrix/media/v3/config']) {
      const { body } = await server.request('GET', path);
      expect(body).to.deep.equal({ 'm.upload.size': MAX_UPLOAD });
    }
  });
});
