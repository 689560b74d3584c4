import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { OutboundClient, type OutboundClientOptions } from './outbound-client.ts';
import { OutboundError } from './outbound-error.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

describe('the outbound client', () => {
  const servers: Server[] = [];
  const clients: OutboundClient[] = [];
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function serve(handle: Handle): Promise<URL> {
    const server = createServer(handle);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }
  function open(options: Partial<OutboundClientOptions> = {}): OutboundClient {
    const client = new OutboundClient({ allowPrivateAddresses: false, ...options });
    clients.push(client);
    return client;
  }
  async function failureOf(answer: Promise<unknown>): Promise<string> {
    try {
      await answer;
      return 'none';
    } catch (error) {
      if (error instanceof OutboundError) return error.failure;
      throw error;
    }
  }

  it('brings an answer of whatever status', async () => {
    const url = await serve((request, response) => {
      response.writeHead(418, { 'content-type': 'text/plain', 'x-many': ['a', 'b'] });
      response.end(`${request.method} ${request.headers.host}`);
    });
    const { status, headers, body } = await open().send({ method: 'POST', url, body: 'x', isTrusted: true });
    expect([status, headers['content-type'], headers['x-many'], body.toString()]).to.deep.equal([
      418,
      'text/plain',
      'a, b',
      `POST ${url.host}`,
    ]);
  });

  it('reaches no private address, written as such or behind a name', async () => {
    let asked = 0;
    const { port } = await serve((_request, response) => {
      asked += 1;
      response.end();
    });
    const client = open({ resolveName: async () => [{ address: '127.0.0.1', family: 4 }] });
    for (const host of [
      '127.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      'inside.example',
      'localhost',
    ]) {
      const url = new URL(`http://${host}:${port}/`);
      expect(await failureOf(client.send({ method: 'GET', url })), host).to.equal('refused');
    }
    const connectTo = { host: '127.0.0.1', port: Number(port) };
    const elsewhere = new URL('http://public.example/');
    expect(await failureOf(client.send({ method: 'GET', url: elsewhere, connectTo }))).to.equal('refused');
    expect(await failureOf(client.send({ method: 'GET', url: new URL('file:///etc/passwd') }))).to.equal(
      'refused',
    );
    const plain = new URL(`http://127.0.0.1:${port}/`);
    const secureOnly = { method: 'GET', url: plain, isTrusted: true, isSecureOnly: true } as const;
    expect(await failureOf(client.send(secureOnly))).to.equal('refused');
    expect(asked).to.equal(0);
  });

  it('follows redirects as far as it is told to, and to no private address', async () => {
    const target = await serve((_request, response) => response.end('secret'));
    let authorization: string | undefined = 'not asked';
    const other = await serve((request, response) => {
      authorization = request.headers.authorization;
      response.end('arrived');
    });
    const first = await serve((request, response) => {
      const location = { '/in': target.href, '/out': other.href, '/round': '/round' }[request.url ?? ''];
      response.writeHead(302, location === undefined ? {} : { location });
      response.end();
    });
    const send = (client: OutboundClient, path: string, redirects?: number) =>
      client.send({
        method: 'GET',
        url: new URL(path, first),
        headers: { authorization: 'secret' },
        isTrusted: true,
        ...(redirects === undefined ? {} : { redirects }),
      });
    expect(await failureOf(send(open(), '/in', 3))).to.equal('refused');
    expect((await send(open(), '/in')).status).to.equal(302);
    expect(await failureOf(send(open(), '/round', 3))).to.equal('too-many-redirects');
    const arrived = await send(open({ allowPrivateAddresses: true }), '/out', 1);
    expect([arrived.body.toString(), arrived.url.href, authorization]).to.deep.equal([
      'arrived',
      other.href,
      undefined,
    ]);
  });

  it('takes no more than it was told to, whatever the length says', async () => {
    const url = await serve((_request, response) => {
      const write = (): void => {
        while (response.write(Buffer.alloc(16_384)));
        response.once('drain', write);
      };
      write();
    });
    const sent = open().send({ method: 'GET', url, isTrusted: true, maxBytes: 100_000 });
    expect(await failureOf(sent)).to.equal('too-large');
  });

  it('does not wait for those who answer a byte at a time, or not at all', async () => {
    const slow = await serve((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.once('close', () => clearInterval(timer));
    });
    const silent = await serve(() => undefined);
    for (const url of [slow, silent]) {
      const sent = open().send({ method: 'GET', url, isTrusted: true, timeLimitMs: 300 });
      expect(await failureOf(sent)).to.equal('timeout');
    }
  });

  it('says that nobody is there, and that a connection broke off', async () => {
    const gone = await serve((request) => request.socket.destroy());
    expect(await failureOf(open().send({ method: 'GET', url: gone, isTrusted: true }))).to.equal(
      'unreachable',
    );
    const resolveName = async () => {
      throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    };
    const nowhere = new URL('http://nowhere.example/');
    expect(await failureOf(open({ resolveName }).send({ method: 'GET', url: nowhere }))).to.equal(
      'unreachable',
    );
  });

  it('connects where it is told to, under the name of the URL', async () => {
    const url = await serve((request, response) => response.end(request.headers.host));
    const connectTo = { host: '127.0.0.1', port: Number(url.port) };
    const named = new URL('http://chat.example/path');
    const { body } = await open({ allowPrivateAddresses: true }).send({
      method: 'GET',
      url: named,
      connectTo,
    });
    expect(body.toString()).to.equal('chat.example');
  });
});
