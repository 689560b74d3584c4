import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { makeImage } from '../test-kit/images.ts';
import { TestServer } from '../test-kit/test-server.ts';
import type { TestUser } from '../test-kit/test-user.ts';

type Page = (request: IncomingMessage, response: ServerResponse) => void;

describe('previews of pages', function () {
  this.timeout(20_000);
  let server: TestServer;
  let alice: TestUser;
  let site: Server;
  let base: string;
  const pages = new Map<string, Page>();
  const asked: string[] = [];
  before(async () => {
    server = await TestServer.start({
      SERVER_NAME: 'test',
      ALLOW_PRIVATE_ADDRESSES: 'on',
      URL_PREVIEW_DENY: 'denied.example',
    });
    alice = await server.register('alice');
    site = createServer((request, response) => {
      asked.push(request.url ?? '');
      const page = pages.get(request.url ?? '');
      if (page === undefined) response.writeHead(404).end();
      else page(request, response);
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  });
  after(async () => {
    await server.stop();
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });

  const html =
    (body: string): Page =>
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body);
    };
  const preview = (url: string, user = alice) =>
    user.request('GET', `/_matrix/client/v1/media/preview_url?url=${encodeURIComponent(url)}`);

  it('tell what a page says, with its image from this server', async () => {
    const image = await makeImage('png', { width: 120, height: 80 });
    pages.set('/a.png', (_request, response) => response.writeHead(200).end(image));
    pages.set(
      '/article',
      html('<meta property="og:title" content="Hello"><meta property="og:image" content="a.png">'),
    );
    const { status, body } = await preview(`${base}/article#part`);
    expect(status).to.equal(200);
    expect(body).to.deep.include({
      'og:title': 'Hello',
      'og:image:type': 'image/png',
      'og:image:width': 120,
      'og:image:height': 80,
      'matrix:image:size': image.length,
    });
    const [, mediaId] = /^mxc:\/\/test\/(.+)$/.exec(String(body['og:image'])) ?? [];
    expect((await alice.request('GET', `/_matrix/client/v1/media/download/test/${mediaId}`)).status).to.equal(
      200,
    );
  });

  it('are given at the path of before v1.11 as well, with a token', async () => {
    pages.set('/old', html('<title>Old</title>'));
    const path = `/_matrix/media/v3/preview_url?url=${encodeURIComponent(`${base}/old`)}`;
    const { status, body } = await alice.request('GET', path);
    expect({ status, title: body['og:title'] }).to.deep.equal({ status: 200, title: 'Old' });
    expect((await server.request('GET', path)).status).to.equal(401);
  });

  it('look at a page once, for everybody who asks', async () => {
    pages.set('/once', html('<title>Once</title>'));
    const answers = await Promise.all([1, 2, 3].map(() => preview(`${base}/once`)));
    await preview(`${base}/once`);
    expect(answers.map(({ body }) => body['og:title'])).to.deep.equal(['Once', 'Once', 'Once']);
    expect(asked.filter((path) => path === '/once')).to.have.length(1);
  });

  it('read the beginning of an endless page, and leave out an image that is none', async () => {
    pages.set('/endless', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.write('<title>Endless</title><meta property="og:image" content="/fake.png">');
      const write = (): void => {
        while (response.write(Buffer.alloc(65_536, 32)));
        response.once('drain', write);
      };
      write();
    });
    pages.set('/fake.png', (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end('<svg/>');
    });
    expect((await preview(`${base}/endless`)).body).to.deep.equal({ 'og:title': 'Endless' });
  });

  it('say nothing of what is no page, and 502 of what cannot be reached', async () => {
    pages.set('/data', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    expect((await preview(`${base}/data`)).body).to.deep.equal({});
    expect((await preview(`${base}/missing`)).status).to.equal(502);
    expect((await preview('http://127.0.0.1:1/')).status).to.equal(502);
  });

  it('are refused for denied hosts, for what is no address of the web, and to strangers', async () => {
    for (const url of ['https://denied.example/', 'https://www.denied.example/x']) {
      expect((await preview(url)).body.errcode, url).to.equal('M_FORBIDDEN');
    }
    for (const url of [
      'ftp://example.org/',
      'file:///etc/passwd',
      'nonsense',
      `https://x.example/${'x'.repeat(2100)}`,
    ]) {
      expect((await preview(url)).body.errcode, url).to.equal('M_INVALID_PARAM');
    }
    expect((await alice.request('GET', '/_matrix/client/v1/media/preview_url')).body.errcode).to.equal(
      'M_MISSING_PARAM',
    );
    expect((await server.request('GET', '/_matrix/client/v1/media/preview_url?url=x')).status).to.equal(401);
  });

  it('reach nothing beside the server unless an admin allows it', async () => {
    const guarded = await TestServer.start({ SERVER_NAME: 'guarded' });
    try {
      const bob = await guarded.register('bob');
      pages.set('/inside', html('<title>Inside</title>'));
      for (const url of [
        `${base}/inside`,
        `http://localhost:${new URL(base).port}/inside`,
        'http://[::1]/',
      ]) {
        const { status, body } = await preview(url, bob);
        expect([status, body.errcode], url).to.deep.equal([403, 'M_FORBIDDEN']);
      }
      expect(asked).not.to.include('/inside');
    } finally {
      await guarded.stop();
    }
  });
});
