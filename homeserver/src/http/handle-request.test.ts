import { createConnection } from 'node:net';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { ADMIN, ALICE, type EndpointServer, serveEndpoints } from '../../test-kit/http-endpoints.ts';
import { createLogger } from '../base/logger.ts';
import { createMetrics } from '../base/metrics.ts';
import { forbidden } from '../protocol/errors.ts';
import { customEndpoint, endpoint } from './endpoint.ts';
import { Reply } from './reply.ts';

const ROOM = '/_matrix/client/v3/rooms/!a';

const endpoints = [
  endpoint('getTokenOwner', {}, ({ requester }) => ({ ...requester })),
  endpoint('getVersions', { auth: 'optional' }, ({ requester }) => ({ user: requester?.userId ?? null })),
  endpoint('setTyping', { limit: 'typing' }, ({ params, body }) => ({ ...params, ...body })),
  endpoint('createRoom', {}, ({ body }) => body),
  endpoint('sendMessage', { maxBodyBytes: 1_000 }, ({ body }) => ({ body })),
  endpoint('leaveRoom', { body: 'optional-json' }, ({ body }) => ({ body })),
  endpoint('logout', {}, ({ body }) => ({ body: body ?? null })),
  endpoint('getMembersByRoom', {}, async () => {
    throw forbidden('Not yours');
  }),
  endpoint('getRoomState', {}, () => {
    throw new TypeError('secret detail');
  }),
  endpoint('uploadContent', {}, async ({ request }) => {
    let length = 0;
    for await (const chunk of request) length += chunk.length;
    return { length };
  }),
  endpoint('getContent', {}, () => {
    const body = Readable.from([Buffer.from('some '), Buffer.from('bytes')]);
    return new Reply({ headers: { 'Content-Type': 'image/png' }, body });
  }),
  endpoint('getConfig', {}, () => new Reply({ status: 201, body: Buffer.from('{"serialised":true}') })),
  endpoint('getPushers', {}, ({ query }) => ({ a: query.getAll('a') })),
  endpoint('login', {}, ({ body, takeFromLimit }) => {
    takeFromLimit('loginAccount', String(body.user));
    return {};
  }),
  customEndpoint(
    { name: 'admin', method: 'GET', path: '/_synapse/admin/v1/{thing}', auth: 'admin' },
    ({ params, requester }) => ({ ...params, by: requester.userId }),
  ),
  customEndpoint(
    { name: 'adminDelete', method: 'DELETE', path: '/_synapse/admin/v1/{thing}', auth: 'admin' },
    () => ({}),
  ),
];

describe('RequestHandler', () => {
  let server: EndpointServer;
  const lines: Record<string, unknown>[] = [];
  const metrics = createMetrics();
  const logger = createLogger({
    level: 'debug',
    format: 'json',
    write: (line) => lines.push(JSON.parse(line)),
  });
  before(async () => {
    server = await serveEndpoints(endpoints, { metrics, logger });
  });
  after(() => server.close());
  beforeEach(() => void lines.splice(0));

  const rejects = async (
    status: number,
    errcode: string,
    ...request: Parameters<EndpointServer['request']>
  ): Promise<string> => {
    const answer = await server.request(...request);
    expect(
      { status: answer.status, errcode: answer.body.errcode },
      JSON.stringify(request).slice(0, 200),
    ).to.deep.equal({ status, errcode });
    expect(answer.headers.get('access-control-allow-origin')).to.equal('*');
    return String(answer.body.error);
  };

  describe('authentication', () => {
    it('tells the handler whose token it is, in the header or the query', async () => {
      expect((await server.request('GET', '/_matrix/client/v3/account/whoami')).body).to.deep.equal({
        ...ALICE,
      });
      const response = await server.fetch('/_matrix/client/v3/account/whoami?access_token=alice');
      expect(await response.json()).to.deep.equal({ ...ALICE });
    });

    it('refuses a missing token, one that it does not know, and two', async () => {
      const response = await server.fetch('/_matrix/client/v3/account/whoami');
      expect(response.status).to.equal(401);
      expect(await response.json()).to.include({ errcode: 'M_MISSING_TOKEN' });
      const basic = { headers: { Authorization: 'Basic YTpi' } };
      expect(await (await server.fetch('/_matrix/client/v3/account/whoami', basic)).json()).to.include({
        errcode: 'M_MISSING_TOKEN',
      });
      await rejects(401, 'M_MISSING_TOKEN', 'GET', '/_matrix/client/v3/account/whoami?access_token=admin');
      await rejects(
        401,
        'M_UNKNOWN_TOKEN',
        'GET',
        '/_matrix/client/v3/account/whoami',
        undefined,
        'stranger',
      );
    });

    it('lets a token be absent where it is optional, but not wrong', async () => {
      const response = await server.fetch('/_matrix/client/versions');
      expect(await response.json()).to.deep.equal({ user: null });
      expect((await server.request('GET', '/_matrix/client/versions')).body).to.deep.equal({
        user: '@alice:test',
      });
      await rejects(401, 'M_UNKNOWN_TOKEN', 'GET', '/_matrix/client/versions', undefined, 'stranger');
    });

    it('keeps admin endpoints to admins', async () => {
      await rejects(403, 'M_FORBIDDEN', 'GET', '/_synapse/admin/v1/users');
      const answer = await server.request('GET', '/_synapse/admin/v1/users', undefined, 'admin');
      expect(answer.body).to.deep.equal({ thing: 'users', by: ADMIN.userId });
    });

    it('takes down what admins do, but not what they look at, and nothing that was refused', async () => {
      lines.length = 0;
      await server.request('GET', '/_synapse/admin/v1/users', undefined, 'admin');
      await rejects(403, 'M_FORBIDDEN', 'DELETE', '/_synapse/admin/v1/users');
      await server.request('DELETE', '/_synapse/admin/v1/users', undefined, 'admin');
      const noted = lines.filter(({ audit }) => audit === true);
      expect(noted).to.have.length(1);
      expect(noted[0]).to.include({ admin: ADMIN.userId, operation: 'adminDelete', thing: 'users' });
    });

    it('looks at the token before it looks at the body', async () => {
      await rejects(401, 'M_UNKNOWN_TOKEN', 'POST', '/_matrix/client/v3/createRoom', '{', 'stranger');
    });
  });

  describe('bodies', () => {
    it('gives the handler what was sent', async () => {
      const body = { typing: true, timeout: 3 };
      const answer = await server.request('PUT', `${ROOM}/typing/@alice%3Atest`, body);
      expect(answer.body).to.deep.equal({ roomId: '!a', userId: '@alice:test', ...body });
      expect(answer.headers.get('content-type')).to.equal('application/json');
      expect(answer.headers.get('etag')).to.equal(null);
      expect(Number(answer.headers.get('content-length'))).to.be.greaterThan(10);
    });

    it('refuses what is not JSON', async () => {
      for (const body of ['', '{', '{"a":1}}', 'typing=true', '\ufeff{}', '{"a":NaN}']) {
        await rejects(400, 'M_NOT_JSON', 'PUT', `${ROOM}/send/m.x/1`, body);
      }
    });

    it('refuses bytes that are not UTF-8', async () => {
      const response = await server.fetch(`${ROOM}/send/m.x/1?access_token=alice`, {
        method: 'PUT',
        body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      });
      expect(await response.json()).to.include({ errcode: 'M_NOT_JSON' });
    });

    it('refuses what is not an object, and properties of the wrong type, naming them', async () => {
      for (const body of ['[]', '"a"', '1', 'null', 'true']) {
        expect(await rejects(400, 'M_BAD_JSON', 'PUT', `${ROOM}/send/m.x/1`, body)).to.equal(
          'The body must be object',
        );
      }
      const sent = {
        initial_state: [
          { type: 'a', content: {} },
          { type: 'b', content: [] },
        ],
      };
      expect(await rejects(400, 'M_BAD_JSON', 'POST', '/_matrix/client/v3/createRoom', sent)).to.equal(
        'initial_state.1.content must be object',
      );
    });

    it('names a property that is missing and a value that is not allowed', async () => {
      expect(await rejects(400, 'M_MISSING_PARAM', 'PUT', `${ROOM}/typing/@a:b`, {})).to.equal(
        'The body lacks typing',
      );
      const preset = { preset: 'secret_chat' };
      expect(await rejects(400, 'M_INVALID_PARAM', 'POST', '/_matrix/client/v3/createRoom', preset)).to.equal(
        'preset must be one of private_chat, public_chat, trusted_private_chat',
      );
    });

    it('takes null for an optional property as its absence, but leaves free content alone', async () => {
      const answer = await server.request('POST', '/_matrix/client/v3/createRoom', {
        name: null,
        topic: 'x',
        other: null,
      });
      expect(answer.body).to.deep.equal({ topic: 'x', other: null });
      const message = await server.request('PUT', `${ROOM}/send/m.x/1`, { name: null });
      expect(message.body).to.deep.equal({ body: { name: null } });
    });

    it('refuses NUL and broken characters in texts that the schema names, and allows them in free content', async () => {
      const createRoom = '/_matrix/client/v3/createRoom';
      const nul = { initial_state: [{ type: 'a\0b', content: {} }] };
      expect(await rejects(400, 'M_INVALID_PARAM', 'POST', createRoom, nul)).to.equal(
        'initial_state.0.type must be Unicode text without NUL characters',
      );
      await rejects(400, 'M_INVALID_PARAM', 'POST', createRoom, { name: '\ud800' });
      const content = { initial_state: [{ type: 'a', content: { text: 'a\0b' } }] };
      expect((await server.request('POST', createRoom, content)).body).to.deep.equal(content);
    });

    it('refuses more bytes than it reads, announced or not, and keeps the connection usable', async () => {
      const large = JSON.stringify({ body: 'x'.repeat(5_000) });
      await rejects(413, 'M_TOO_LARGE', 'PUT', `${ROOM}/send/m.x/1`, large);
      const response = await server.fetch(`${ROOM}/send/m.x/1?access_token=alice`, {
        method: 'PUT',
        body: ReadableStream.from([Buffer.from(large.slice(0, 600)), Buffer.from(large.slice(600))]),
        duplex: 'half',
      });
      expect(response.status).to.equal(413);
      await rejects(413, 'M_TOO_LARGE', 'PUT', `${ROOM}/send/m.x/1`, 'x'.repeat(3_000_000));
      await rejects(400, 'M_NOT_JSON', 'PUT', `${ROOM}/send/m.x/1`, '{');
    });

    it('refuses nesting that would exhaust the stack', async () => {
      const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
      await rejects(400, 'M_BAD_JSON', 'PUT', `${ROOM}/send/m.x/1`, nested(201));
      await rejects(400, 'M_BAD_JSON', 'POST', '/_matrix/client/v3/createRoom', '['.repeat(1_000_000));
      expect((await server.request('PUT', `${ROOM}/send/m.x/1`, nested(200))).status).to.equal(200);
      const text = { a: `"\\${'['.repeat(500)}` };
      expect((await server.request('PUT', `${ROOM}/send/m.x/1`, text)).body).to.deep.equal({ body: text });
    });

    it('takes no body for an empty one where it is optional, and ignores one where none is read', async () => {
      expect((await server.request('POST', `${ROOM}/leave`, '')).body).to.deep.equal({ body: {} });
      expect((await server.request('POST', `${ROOM}/leave`, { reason: 'r' })).body).to.deep.equal({
        body: { reason: 'r' },
      });
      await rejects(400, 'M_NOT_JSON', 'POST', `${ROOM}/leave`, '{');
      expect((await server.request('POST', '/_matrix/client/v3/logout', '{')).body).to.deep.equal({
        body: null,
      });
    });

    it('leaves streamed bodies to the handler', async () => {
      const answer = await server.request('POST', '/_matrix/media/v3/upload', 'x'.repeat(100_000));
      expect(answer.body).to.deep.equal({ length: 100_000 });
    });
  });

  describe('answers', () => {
    it('writes streams, bytes that are serialised already, and their status', async () => {
      const image = await server.fetch('/_matrix/media/v3/download/test/abc');
      expect(image.headers.get('content-type')).to.equal('image/png');
      expect(await image.text()).to.equal('some bytes');
      const config = await server.request('GET', '/_matrix/media/v3/config');
      expect(config.status).to.equal(201);
      expect(config.headers.get('content-type')).to.equal('application/json');
      expect(config.body).to.deep.equal({ serialised: true });
    });

    it('answers HEAD without a body', async () => {
      const response = await server.fetch('/_matrix/client/versions', { method: 'HEAD' });
      expect(response.status).to.equal(200);
      expect(await response.text()).to.equal('');
    });

    it('renders the errors that are meant for the client', async () => {
      expect(await rejects(403, 'M_FORBIDDEN', 'GET', `${ROOM}/members`)).to.equal('Not yours');
      await rejects(404, 'M_UNRECOGNIZED', 'GET', '/_matrix/client/v3/nothing');
      await rejects(404, 'M_UNRECOGNIZED', 'GET', '/_matrix');
      await rejects(404, 'M_UNRECOGNIZED', 'GET', '/.well-known/matrix/other');
      await rejects(405, 'M_UNRECOGNIZED', 'DELETE', `${ROOM}/members`);
      await rejects(400, 'M_INVALID_PARAM', 'GET', '/_matrix/client/v3/rooms/%ff/members');
    });

    it('tells the client nothing about other errors, and the log everything', async () => {
      const message = await rejects(500, 'M_UNKNOWN', 'GET', `${ROOM}/state`);
      expect(message).to.equal('Internal server error');
      const line = lines.find(({ level }) => level === 'error');
      expect(line?.error).to.match(/TypeError: secret detail\n +at /);
    });

    it('answers preflight requests', async () => {
      const response = await server.fetch(`${ROOM}/typing/x`, { method: 'OPTIONS' });
      expect(response.status).to.equal(204);
      expect(response.headers.get('access-control-allow-methods')).to.include('PUT');
      expect(response.headers.get('access-control-allow-headers')).to.include('Authorization');
    });

    it('refuses what is not HTTP with a Matrix error', async () => {
      const { port } = new URL(server.url);
      const send = async (text: string): Promise<string> => {
        const socket = createConnection(Number(port), '127.0.0.1').end(text);
        return Buffer.concat(await socket.toArray()).toString();
      };
      expect(await send('GET /a b HTTP/1.1\r\n\r\n')).to.match(/^HTTP\/1.1 400 .*"M_UNRECOGNIZED"/s);
      expect(await send(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`)).to.match(
        /^HTTP\/1.1 431 /,
      );
    });
  });

  describe('records', () => {
    it('counts requests by operation and status', async () => {
      await server.request('GET', `${ROOM}/members`);
      expect(await metrics.render()).to.match(
        /guildhall_http_request_seconds_count\{operation="getMembersByRoom",status="403"\} [1-9]/,
      );
    });

    it('logs requests without their tokens', async () => {
      await server.fetch('/_matrix/client/v3/pushers?access_token=alice&a=1&a=2');
      const line = lines.find(({ message }) => message === 'request');
      expect(line).to.include({
        method: 'GET',
        path: '/_matrix/client/v3/pushers',
        operation: 'getPushers',
        status: 200,
      });
      expect(JSON.stringify(lines)).not.to.include('access_token');
    });
  });

  describe('rate limits', () => {
    it('counts by user, and by a key of the handler', async () => {
      const limited = await serveEndpoints(endpoints, { rateLimits: true });
      const statuses = async (times: number, send: () => Promise<{ status: number }>): Promise<number[]> =>
        (await Promise.all(Array.from({ length: times }, send))).map(({ status }) => status);
      const type = (): Promise<{ status: number }> =>
        limited.request('PUT', `${ROOM}/typing/@a:b`, { typing: true });
      expect(new Set(await statuses(30, type))).to.deep.equal(new Set([200]));
      const refused = await limited.request('PUT', `${ROOM}/typing/@a:b`, { typing: true });
      expect(refused.status).to.equal(429);
      expect(refused.headers.get('retry-after')).to.equal('1');
      const asAdmin = await limited.request('PUT', `${ROOM}/typing/@a:b`, { typing: true }, 'admin');
      expect(asAdmin.status).to.equal(200);
      const logIn = (): Promise<{ status: number }> =>
        limited.request('POST', '/_matrix/client/v3/login', { type: 'x', user: 'bob' });
      expect(await statuses(11, logIn)).to.include(429);
      await limited.close();
    });
  });
});
