import { readFile } from 'node:fs/promises';
import { request as requestTls } from 'node:https';
import { expect } from 'chai';
import { verifySignedJson } from '../../src/protocol/signing.ts';
import { type FakeHomeserver, FakeReply } from '../../test-kit/fake-homeserver.ts';
import { sendToServer } from '../../test-kit/signed-request.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import type { TestUser } from '../../test-kit/test-user.ts';

const DEVICES = (userId: string): string =>
  `/_matrix/federation/v1/user/devices/${encodeURIComponent(userId)}`;

describe('requests of other servers', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  let server: TestServer;
  let remote: FakeHomeserver;
  let alice: TestUser;
  before(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test', { FEDERATION_DENY: 'denied.test' });
    remote = await network.startFake();
    alice = await server.register('alice');
  });
  after(() => network.stop());

  const path = (): string => DEVICES(alice.userId);

  it('are answered when they are signed, and the key is that which the server tells', async () => {
    const { status, body } = await remote.request(server, 'GET', path());
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body).to.deep.include({ user_id: alice.userId, devices: [] });
    expect(remote.requestsTo('/_matrix/key/v2/server')).to.have.length(1);
  });

  it('are refused without a signature, and with one that does not hold', async () => {
    const signed = remote.sign(server, { method: 'GET', path: path() });
    const { Authorization: header = '' } = signed.headers ?? {};
    for (const [why, headers] of [
      ['none', {}],
      ['another scheme', { Authorization: `Bearer ${alice.accessToken}` }],
      ['no signature', { Authorization: header.replace(/sig="[^"]*"/, 'sig=""') }],
      ['half a signature', { Authorization: header.replace(/sig="[^"]{10}/, 'sig="') }],
      ['another origin', { Authorization: header.replace('remote.test', 'other.test') }],
      ['this origin', { Authorization: header.replace('origin="remote.test"', 'origin="hs.test"') }],
      ['an unknown key', { Authorization: header.replace('ed25519:remote', 'ed25519:none') }],
      ['another destination', { Authorization: header.replace('="hs.test"', '="else.test"') }],
    ] as const) {
      const { status, body } = await sendToServer(server.url, { ...signed, headers });
      expect({ why, status, errcode: body.errcode }).to.deep.equal({
        why,
        status: 401,
        errcode: 'M_UNAUTHORIZED',
      });
    }
  });

  it('are refused when something else was signed: the method, the path, the query, the body', async () => {
    const query = '/_matrix/federation/v1/user/keys/query';
    const signed = remote.sign(server, { method: 'POST', path: query, body: { device_keys: {} } });
    expect((await sendToServer(server.url, signed)).status).to.equal(200);
    const get = remote.sign(server, { method: 'GET', path: path() });
    for (const changed of [
      { ...signed, body: { device_keys: { [alice.userId]: [] } } },
      { ...signed, path: `${query}?x` },
      { ...signed, path: '/_matrix/federation/v1/user/keys/claim' },
      { ...get, path: DEVICES('@bob:hs.test') },
      { ...get, path: `${path()}?a=b` },
    ]) {
      expect((await sendToServer(server.url, changed)).status).to.equal(401);
    }
  });

  it('may be signed in every form that the header has had', async () => {
    const signed = remote.sign(server, { method: 'GET', path: path() });
    const [, sig = ''] = /sig="([^"]*)"/.exec(signed.headers?.Authorization ?? '') ?? [];
    for (const Authorization of [
      `X-Matrix origin=remote.test,destination="hs.test",key="ed25519:remote",sig="${sig}"`,
      `X-Matrix origin="remote.test",key=ed25519:remote,sig="${sig}"`,
      `x-matrix  Key="ed25519:remote" , SIG="${sig}",destination=hs.test, origin=remote.test,extra="x"`,
    ]) {
      const { status } = await sendToServer(server.url, { ...signed, headers: { Authorization } });
      expect(status, Authorization).to.equal(200);
    }
  });

  it('are refused from servers that the admin does not want', async () => {
    const denied = await network.startFake('denied.test');
    const { status, body } = await denied.request(server, 'GET', path());
    expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
    expect(denied.received).to.deep.equal([]);
  });

  it('are refused when the key has expired', async () => {
    const stale = await network.startFake('stale.test');
    stale.keysValidUntil = Date.now() - 1_000;
    expect((await stale.request(server, 'GET', path())).status).to.equal(401);
  });

  it('are refused when the server cannot be asked for its keys, or tells those of another', async () => {
    const broken = await network.startFake('broken.test');
    broken.answer('GET', '/_matrix/key/v2/server', new FakeReply(500));
    expect((await broken.request(server, 'GET', path())).status).to.equal(401);
    const liar = await network.startFake('liar.test');
    liar.answer('GET', '/_matrix/key/v2/server', () => remote.keyDocument());
    expect((await liar.request(server, 'GET', path())).status).to.equal(401);
  });

  it('get an error for what is malformed, and for what there is not', async () => {
    const ask = async (method: string, uri: string, body?: unknown): Promise<unknown[]> => {
      const answer = await remote.request(server, method, uri, body);
      return [answer.status, answer.body.errcode];
    };
    expect(await ask('GET', DEVICES('nobody'))).to.deep.equal([400, 'M_INVALID_PARAM']);
    expect(await ask('GET', DEVICES('@nobody:remote.test'))).to.deep.equal([400, 'M_INVALID_PARAM']);
    expect(await ask('GET', '/_matrix/federation/v1/nothing')).to.deep.equal([404, 'M_UNRECOGNIZED']);
    expect(await ask('GET', '/_matrix/federation/v1/query/weather')).to.deep.equal([404, 'M_UNRECOGNIZED']);
    expect(await ask('DELETE', path())).to.deep.equal([405, 'M_UNRECOGNIZED']);
    const query = '/_matrix/federation/v1/user/keys/query';
    expect(await ask('POST', query, { device_keys: [] })).to.deep.equal([400, 'M_BAD_JSON']);
    expect(await ask('POST', query, {})).to.deep.equal([400, 'M_MISSING_PARAM']);
    const text = { ...remote.sign(server, { method: 'POST', path: query, body: {} }), body: 'no JSON' };
    expect((await sendToServer(server.url, text)).body.errcode).to.equal('M_NOT_JSON');
  });
});

describe('what this server tells others of itself', function () {
  this.timeout(60_000);
  let network: TestNetwork;
  before(async () => {
    network = await TestNetwork.create();
  });
  after(() => network.stop());

  const get = async (server: TestServer, path: string) => sendToServer(server.url, { method: 'GET', path });

  it('is its software, its keys, and where it is if that is somewhere else', async () => {
    const server = await network.startServer('hs.test', { FEDERATION_NAME: 'chat.hs.test:443' });
    const version = await get(server, '/_matrix/federation/v1/version');
    expect(version.body.server).to.include({ name: 'Guildhall' });
    const wellKnown = await get(server, '/.well-known/matrix/server');
    expect(wellKnown.body).to.deep.equal({ 'm.server': 'chat.hs.test:443' });
    const { body: keys } = await get(server, '/_matrix/key/v2/server');
    expect(keys.server_name).to.equal('hs.test');
    expect(keys.valid_until_ts).to.be.greaterThan(Date.now() + 3_600_000);
    const [[keyId = '', { key = '' } = {}] = []] = Object.entries<{ key?: string }>(keys.verify_keys);
    expect(verifySignedJson(keys, 'hs.test', keyId, key)).to.equal(true);
    expect((await get(server, '/_matrix/key/v2/server/ed25519:any')).status).to.equal(200);
  });

  it('is no other place, and no directory, where the admin says so', async () => {
    const server = await network.startServer('quiet.test', { FEDERATION_DIRECTORY: 'off' });
    expect((await get(server, '/.well-known/matrix/server')).status).to.equal(404);
    const remote = await network.startFake('curious.test');
    const { status, body } = await remote.request(server, 'GET', '/_matrix/federation/v1/publicRooms');
    expect([status, body.errcode]).to.deep.equal([403, 'M_FORBIDDEN']);
  });

  it('is the keys of others, which it has asked them for and signed', async () => {
    const server = await network.startServer('notary.example.test');
    const remote = await network.startFake('remote.test');
    const asked = {
      server_keys: { 'remote.test': { 'ed25519:remote': {} }, 'gone.test': {}, 'no name': {} },
    };
    await network.register('gone.test', '127.0.0.1:1');
    const post = { method: 'POST', path: '/_matrix/key/v2/query', body: asked };
    const { status, body } = await sendToServer(server.url, post);
    expect(status, JSON.stringify(body)).to.equal(200);
    const [document, ...others] = body.server_keys;
    expect(others).to.deep.equal([]);
    expect(document.verify_keys).to.deep.equal({ [remote.key.keyId]: { key: remote.key.publicKeyBase64 } });
    expect(Object.keys(document.signatures)).to.have.members(['remote.test', 'notary.example.test']);
    const one = await get(server, '/_matrix/key/v2/query/remote.test');
    expect(one.body.server_keys).to.have.length(1);
    expect((await get(server, '/_matrix/key/v2/query/no%20name')).status).to.equal(400);
  });

  it('comes on a port of its own as well, which answers nobody but servers', async () => {
    const certificate = await network.certify('tls.test');
    const server = await network.startServer('tls.test', {
      TLS_CERT: certificate.certFile,
      TLS_KEY: certificate.keyFile,
    });
    const ca = await readFile(network.caFile);
    const status = (path: string): Promise<number | undefined> => {
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
      const address = { host: '127.0.0.1', port: server.federationPort, servername: 'tls.test', ca, path };
      requestTls({ ...address, agent: false }, (response) => {
        resolve(response.statusCode);
        response.resume();
      })
        .once('error', reject)
        .end();
      return promise;
    };
    expect(await status('/_matrix/key/v2/server')).to.equal(200);
    expect(await status('/_matrix/client/versions')).to.equal(404);
    expect(await status('/')).to.equal(404);
  });
});
