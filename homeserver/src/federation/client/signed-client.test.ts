import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../../../test-kit/eventually.ts';
import { type FakeHomeserver, FakeReply } from '../../../test-kit/fake-homeserver.ts';
import { rejection } from '../../../test-kit/rejection.ts';
import { openTestStorage, type TestStorage } from '../../../test-kit/storage-for-tests.ts';
import { TestNetwork } from '../../../test-kit/test-network.ts';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/logger.ts';
import { createMetrics, type Metrics } from '../../base/metrics.ts';
import { OutboundClient } from '../../outbound/index.ts';
import { generateSigningKey, verifyBytes } from '../../protocol/signing.ts';
import { requestSigningBytes } from '../../protocol/x-matrix.ts';
import type { FederationRequest } from '../context.ts';
import { ServerFinder } from '../discovery/server-finder.ts';
import { ServiceRecords } from '../discovery/service-records.ts';
import { WellKnown } from '../discovery/well-known.ts';
import { createServerPolicy } from '../server-policy.ts';
import { DestinationRecords } from './destination-records.ts';
import { SignedClient } from './signed-client.ts';

const KEY = generateSigningKey(Buffer.alloc(32, 3), 'own');
const PATH = '/_matrix/federation/v1/thing';

describe('the client of the federation', () => {
  let network: TestNetwork;
  let fake: FakeHomeserver;
  let database: TestStorage;
  let outbound: OutboundClient;
  let destinations: DestinationRecords;
  let metrics: Metrics;
  let client: SignedClient;

  before(async () => {
    network = await TestNetwork.create();
    const extraCa = [await readFile(network.caFile, 'utf8')];
    outbound = new OutboundClient({ allowPrivateAddresses: false, extraCa });
  });
  after(async () => {
    await outbound.close();
    await network.stop();
  });
  beforeEach(async () => {
    database = await openTestStorage();
    fake = await network.startFake('fake.test');
    client = newClient();
  });
  afterEach(() => database.close());

  function newClient(): SignedClient {
    const clock = systemClock;
    const logger = createLogger({ level: 'error' });
    metrics = createMetrics();
    destinations = new DestinationRecords({ storage: database.storage, clock, logger });
    return new SignedClient({
      serverName: 'hs.test',
      key: KEY,
      finder: new ServerFinder({
        resolveFile: network.configuration.FEDERATION_RESOLVE,
        wellKnown: new WellKnown({ send: (request) => outbound.send(request), clock }),
        serviceRecords: new ServiceRecords({ resolveSrv: async () => [], clock }),
      }),
      policy: createServerPolicy('hs.test', { isOn: true, allow: [], deny: ['denied.test'] }),
      destinations,
      outbound,
      metrics,
      logger,
    });
  }
  const ask = (request: Partial<FederationRequest> = {}) =>
    client.request({ destination: 'fake.test', method: 'GET', path: PATH, ...request });

  it('signs what it sends, to the letter', async () => {
    fake.answer('PUT', `${PATH}/{id}`, { ok: true });
    const path = `${PATH}/%24a%2Fb%C3%A9?limit=10&q=a%20b`;
    const body = { z: 1, a: ['é', { b: 2 }] };
    expect(await ask({ method: 'PUT', path, body })).to.eql({ ok: true });
    const [received] = fake.requestsTo(PATH);
    expect(received).to.include({ uri: path, method: 'PUT' });
    expect(received?.headers).to.include({ host: 'fake.test', 'content-type': 'application/json' });
    const { signature = '', ...rest } = received?.signature ?? {};
    expect(rest).to.eql({ origin: 'hs.test', destination: 'fake.test', keyId: KEY.keyId });
    const signed = { method: 'PUT', uri: path, origin: 'hs.test', destination: 'fake.test', content: body };
    expect(verifyBytes(requestSigningBytes(signed), signature, KEY.publicKeyBase64)).to.equal(true);
  });

  it('signs no body where there is none', async () => {
    fake.answer('GET', PATH, {});
    await ask();
    const [received] = fake.requestsTo(PATH);
    const signed = {
      method: 'GET',
      uri: PATH,
      origin: 'hs.test',
      destination: 'fake.test',
      content: undefined,
    };
    const { signature = '' } = received?.signature ?? {};
    expect(verifyBytes(requestSigningBytes(signed), signature, KEY.publicKeyBase64)).to.equal(true);
    expect(received?.headers).not.to.have.any.keys('content-type', 'content-length');
  });

  it('says what a server refused, which is an answer', async () => {
    fake.answer('GET', PATH, new FakeReply(403, { errcode: 'M_FORBIDDEN', error: 'Not you' }));
    const error = await rejection(ask());
    expect(error).to.include({ failure: 'refused', status: 403, errcode: 'M_FORBIDDEN' });
    expect(error).to.have.property('message', 'fake.test: status 403: Not you');
    expect(await destinations.isReachable('fake.test')).to.equal(true);
  });

  it('takes what is no JSON object for malformed, and the pairs of old operations for what is in them', async () => {
    for (const body of ['<html>', '[]', '"text"', '']) {
      fake.answer('GET', PATH, new FakeReply(200, body));
      expect(await rejection(ask()), body).to.include({ failure: 'malformed' });
    }
    fake.answer('GET', PATH, new FakeReply(200, '[200, {"event": {}}]'));
    expect(await ask()).to.eql({ event: {} });
    expect(await destinations.isReachable('fake.test')).to.equal(true);
  });

  it('takes no more than it was told to', async () => {
    fake.answer('GET', PATH, { long: 'x'.repeat(10_000) });
    expect(await rejection(ask({ maxBytes: 5_000 }))).to.include({ failure: 'malformed' });
    expect(await destinations.isReachable('fake.test')).to.equal(true);
  });

  for (const status of [500, 502, 429]) {
    it(`gives a server time that answers with status ${status}`, async () => {
      fake.answer('GET', PATH, new FakeReply(status, '<html>', { 'Retry-After': '3600' }));
      expect(await rejection(ask())).to.include({ failure: 'refused', status });
      expect(await rejection(ask())).to.include({ failure: 'resting' });
      const restMs = (await destinations.restsUntil('fake.test')) - Date.now();
      expect(restMs).to.be.within(3_500_000, 3_600_000);
      expect(fake.requestsTo(PATH)).to.have.length(1);
    });
  }

  it('gives a server time that is not there, but asks for what a user waits for', async () => {
    await network.register('gone.test', '127.0.0.1:1');
    const gone = { destination: 'gone.test' };
    expect(await rejection(ask(gone))).to.include({ failure: 'unreachable' });
    expect(await rejection(ask(gone))).to.include({ failure: 'resting' });
    expect(await rejection(ask({ ...gone, isUrgent: true }))).to.include({ failure: 'unreachable' });
    const { servers } = await destinations.list({
      containing: '',
      offset: 0,
      limit: 5,
      descending: false,
      order: 'destination',
    });
    expect(servers[0]?.failing?.reason).to.contain('gone.test');
  });

  it('gives up on a server that takes too long', async () => {
    fake.answer('GET', PATH, () => new Promise(() => undefined));
    expect(await rejection(ask({ timeLimitMs: 200 }))).to.include({ failure: 'unreachable' });
    expect(await destinations.isReachable('fake.test')).to.equal(false);
  });

  it('asks again where a connection breaks off that was kept from before', async () => {
    const { cert, key } = await network.certify('hasty.test');
    const used = new WeakSet<object>();
    let broken = 0;
    const hasty = createServer({ cert, key }, (request, response) => {
      if (used.has(request.socket)) {
        broken += 1;
        request.socket.destroy();
        return;
      }
      used.add(request.socket);
      response.end('{}');
    });
    await new Promise<void>((resolve) => hasty.listen(0, '127.0.0.1', resolve));
    try {
      await network.register('hasty.test', `127.0.0.1:${(hasty.address() as AddressInfo).port}`);
      for (const _time of [1, 2, 3]) expect(await ask({ destination: 'hasty.test' })).to.eql({});
      expect(broken).to.equal(2);
      expect(await destinations.isReachable('hasty.test')).to.equal(true);
    } finally {
      hasty.closeAllConnections();
      await new Promise((resolve) => hasty.close(resolve));
    }
  });

  it('believes no certificate for another name', async () => {
    await network.register('other.test', await addressOf('fake.test'));
    fake.answer('GET', PATH, {});
    expect(await rejection(ask({ destination: 'other.test' }))).to.include({ failure: 'unreachable' });
    expect(fake.requestsTo(PATH)).to.have.length(0);
  });

  it("believes a certificate for the address that is a server's name, wherever that is", async () => {
    const byAddress = await network.startFake('10.1.2.3');
    byAddress.answer('GET', PATH, { ok: true });
    expect(await ask({ destination: '10.1.2.3' })).to.eql({ ok: true });
    // Its certificate is for the place, not for the name.
    const other = await network.startFake('127.0.0.1:1');
    await network.register('10.3.2.1', await addressOf(other.name));
    expect(await rejection(ask({ destination: '10.3.2.1' }))).to.have.property('failure', 'unreachable');
  });

  it('asks nobody whom the admin has denied', async () => {
    expect(await rejection(ask({ destination: 'denied.test', isUrgent: true }))).to.include({
      failure: 'denied',
    });
  });

  it('reaches no private address that nobody has mapped', async () => {
    const destination = await addressOf('fake.test');
    fake.answer('GET', PATH, {});
    const error = await rejection(ask({ destination }));
    expect(error).to.include({ failure: 'unreachable' });
    expect(error).to.have.property('message').that.contains('not on the public internet');
  });

  it('remembers nothing of servers that a stranger has named', async () => {
    await network.register('gone.test', '127.0.0.1:1');
    fake.answer('GET', PATH, {});
    await ask({ isUnrecorded: true });
    expect(await rejection(ask({ destination: 'gone.test', isUnrecorded: true }))).to.include({
      failure: 'unreachable',
    });
    expect(await destinations.isReachable('gone.test')).to.equal(true);
    expect(
      (
        await destinations.list({
          containing: '',
          offset: 0,
          limit: 5,
          descending: false,
          order: 'destination',
        })
      ).total,
    ).to.equal(0);
  });

  it('hands out large answers as they come, and says when they break off', async () => {
    const media = Buffer.alloc(300_000, 7);
    fake.answer('GET', PATH, new FakeReply(200, media, { 'Content-Type': 'multipart/mixed; boundary=x' }));
    const { headers, body } = await client.open({ destination: 'fake.test', method: 'GET', path: PATH });
    expect(headers['content-type']).to.equal('multipart/mixed; boundary=x');
    expect(Buffer.concat(await Array.fromAsync(body)).equals(media)).to.equal(true);
    const cut = new FakeReply(200, media, { 'Content-Length': '400000' });
    fake.answer('GET', PATH, cut);
    const broken = await client.open({
      destination: 'fake.test',
      method: 'GET',
      path: PATH,
      timeLimitMs: 500,
    });
    expect(await rejection(Array.fromAsync(broken.body))).to.include({ failure: 'unreachable' });
  });

  it('counts how requests end, and not with whom', async () => {
    fake.answer('GET', PATH, {});
    await ask();
    await rejection(ask({ path: '/_matrix/none' }));
    await rejection(ask({ destination: 'denied.test' }));
    const text = await metrics.render();
    for (const outcome of ['answered', 'refused', 'denied']) {
      expect(text).to.contain(`guildhall_federation_requests_total{outcome="${outcome}"} 1`);
    }
    expect(text).not.to.contain('fake.test');
  });

  it('notes whom it has asked', async () => {
    fake.answer('GET', PATH, {});
    await ask();
    const page = { containing: '', offset: 0, limit: 5, descending: false, order: 'destination' } as const;
    await eventually(async () => (await destinations.list(page)).total === 1);
    const { servers } = await destinations.list(page);
    expect(servers[0]).to.include({ serverName: 'fake.test', failing: undefined });
  });

  async function addressOf(name: string): Promise<string> {
    const file = network.configuration.FEDERATION_RESOLVE ?? '';
    return (JSON.parse(await readFile(file, 'utf8')) as Record<string, string>)[name] ?? '';
  }
});
