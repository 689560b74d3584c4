import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CertificateAuthority } from '../../../test-kit/certificates.ts';
import { ManualClock } from '../../../test-kit/manual-clock.ts';
import { rejection } from '../../../test-kit/rejection.ts';
import { OutboundClient } from '../../outbound/index.ts';
import { ServerFinder } from './server-finder.ts';
import { type ResolveSrv, ServiceRecords } from './service-records.ts';
import { WellKnown } from './well-known.ts';

const HOUR_MS = 3_600_000;

interface Page {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describe('finding a server', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let web: Server;
  let outbound: OutboundClient;
  /** What hosts answer, by `host/path`. */
  let pages: Map<string, Page>;
  let asked: string[];
  let clock: ManualClock;
  let services: Map<string, Awaited<ReturnType<ResolveSrv>> | Error>;
  let servicesAsked: string[];
  let finder: ServerFinder;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guildhall-finder-'));
    authority = await CertificateAuthority.create(folder);
    const { cert, key } = await authority.issue('hs.test', 'a.test', 'b.test', 'c.test');
    web = createServer({ cert, key }, (request, response) => {
      const page = `${request.headers.host}${request.url}`;
      asked.push(page);
      const { status = 200, body = '', headers = {} } = pages.get(page) ?? { status: 404 };
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    outbound = new OutboundClient({ allowPrivateAddresses: true, extraCa: [authority.cert] });
  });
  after(async () => {
    await outbound.close();
    web.closeAllConnections();
    await new Promise((resolve) => web.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    pages = new Map();
    asked = [];
    services = new Map();
    servicesAsked = [];
    clock = new ManualClock();
    finder = newFinder();
  });

  function newFinder(resolveFile?: string): ServerFinder {
    const { port } = web.address() as AddressInfo;
    const wellKnown = new WellKnown({
      clock,
      // Every host is this machine.
      send: (request) => outbound.send({ ...request, connectTo: { host: '127.0.0.1', port } }),
    });
    const resolveSrv: ResolveSrv = async (name) => {
      servicesAsked.push(name);
      const found = services.get(name) ?? Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      if (found instanceof Error) throw found;
      return found;
    };
    return new ServerFinder({
      resolveFile,
      wellKnown,
      serviceRecords: new ServiceRecords({ resolveSrv, clock }),
    });
  }
  function tells(host: string, body: string, headers: Readonly<Record<string, string>> = {}): void {
    pages.set(`${host}/.well-known/matrix/server`, { body, headers });
  }
  const delegates = (host: string, server: string, headers?: Readonly<Record<string, string>>): void =>
    tells(host, JSON.stringify({ 'm.server': server }), headers);
  /** `connect to | certificate | Host` of each way. */
  async function waysTo(name: string, by = finder): Promise<string[]> {
    const routes = await by.find(name);
    return routes.map(
      ({ host, port, tlsName, hostHeader }) => `${host} ${port} | ${tlsName} | ${hostHeader}`,
    );
  }

  it('goes to an address as it is (step 1)', async () => {
    expect(await waysTo('1.2.3.4')).to.eql(['1.2.3.4 8448 | 1.2.3.4 | 1.2.3.4']);
    expect(await waysTo('1.2.3.4:5')).to.eql(['1.2.3.4 5 | 1.2.3.4 | 1.2.3.4:5']);
    expect(await waysTo('[2001:db8::1]')).to.eql(['2001:db8::1 8448 | [2001:db8::1] | [2001:db8::1]']);
    expect(await waysTo('[2001:db8::1]:5')).to.eql(['2001:db8::1 5 | [2001:db8::1] | [2001:db8::1]:5']);
    expect([asked, servicesAsked]).to.eql([[], []]);
  });

  it('goes to a port that the name has (step 2)', async () => {
    expect(await waysTo('hs.test:443')).to.eql(['hs.test 443 | hs.test | hs.test:443']);
    expect([asked, servicesAsked]).to.eql([[], []]);
  });

  it('goes where well-known leads, under the name that stands there (steps 3.1 to 3.5)', async () => {
    delegates('a.test', '1.2.3.4:5');
    delegates('b.test', 'matrix.elsewhere.test:443');
    delegates('c.test', 'matrix.elsewhere.test');
    expect(await waysTo('a.test')).to.eql(['1.2.3.4 5 | 1.2.3.4 | 1.2.3.4:5']);
    expect(await waysTo('b.test')).to.eql([
      'matrix.elsewhere.test 443 | matrix.elsewhere.test | matrix.elsewhere.test:443',
    ]);
    expect(await waysTo('c.test')).to.eql([
      'matrix.elsewhere.test 8448 | matrix.elsewhere.test | matrix.elsewhere.test',
    ]);
    services.set('_matrix._tcp.matrix.elsewhere.test', [srv('old.test', 1)]);
    expect(await waysTo('c.test', newFinder())).to.eql([
      'old.test 1 | matrix.elsewhere.test | matrix.elsewhere.test',
    ]);
    services.set('_matrix-fed._tcp.matrix.elsewhere.test', [srv('new.test', 2)]);
    expect(await waysTo('c.test', newFinder())).to.eql([
      'new.test 2 | matrix.elsewhere.test | matrix.elsewhere.test',
    ]);
  });

  it('goes where SRV records lead, under its own name (steps 4 and 5), and else to port 8448 (step 6)', async () => {
    expect(await waysTo('hs.test')).to.eql(['hs.test 8448 | hs.test | hs.test']);
    expect(servicesAsked).to.eql(['_matrix-fed._tcp.hs.test', '_matrix._tcp.hs.test']);
    services.set('_matrix._tcp.hs.test', [srv('old.test', 1)]);
    expect(await waysTo('hs.test', newFinder())).to.eql(['old.test 1 | hs.test | hs.test']);
    services.set('_matrix-fed._tcp.hs.test', [srv('second.test', 3, 20), srv('first.test.', 2, 10)]);
    expect(await waysTo('hs.test', newFinder())).to.eql([
      'first.test 2 | hs.test | hs.test',
      'second.test 3 | hs.test | hs.test',
    ]);
  });

  it('takes records with much weight first more often', async () => {
    services.set('_matrix-fed._tcp.hs.test', [srv('heavy.test', 1, 1, 99), srv('light.test', 1, 1, 1)]);
    const first = await Promise.all(Array.from({ length: 200 }, () => finder.find('hs.test')));
    expect(first.filter(([route]) => route?.host === 'heavy.test')).to.have.length.above(150);
  });

  it('believes a host that says that it has no server', async () => {
    services.set('_matrix-fed._tcp.hs.test', [srv('.', 0)]);
    expect(await rejection(finder.find('hs.test')))
      .to.have.property('message')
      .that.contains('no server');
  });

  it('goes on without SRV records when the resolver fails, and asks again a minute later', async () => {
    services.set('_matrix-fed._tcp.hs.test', Object.assign(new Error('failed'), { code: 'ESERVFAIL' }));
    expect(await waysTo('hs.test')).to.eql(['hs.test 8448 | hs.test | hs.test']);
    services.set('_matrix-fed._tcp.hs.test', [srv('new.test', 2)]);
    expect(await waysTo('hs.test')).to.eql(['hs.test 8448 | hs.test | hs.test']);
    await clock.advance(60_001);
    expect(await waysTo('hs.test')).to.eql(['new.test 2 | hs.test | hs.test']);
  });

  describe('by well-known', () => {
    const OWN = ['hs.test 8448 | hs.test | hs.test'];
    const there = ['there.test 1 | there.test | there.test:1'];

    it('follows redirects, but not in circles and not out of HTTPS', async () => {
      const lead = (page: string, location: string): void => {
        pages.set(page, { status: 302, headers: { location } });
      };
      lead('hs.test/.well-known/matrix/server', 'https://hs.test/moved');
      lead('hs.test/moved', '/moved-again');
      pages.set('hs.test/moved-again', { body: '{"m.server":"there.test:1"}' });
      expect(await waysTo('hs.test')).to.eql(there);
      lead('hs.test/moved-again', '/moved');
      expect(await waysTo('hs.test', newFinder())).to.eql(OWN);
      lead('hs.test/moved', 'http://hs.test/moved-again');
      pages.set('hs.test/moved-again', { body: '{"m.server":"there.test:1"}' });
      expect(await waysTo('hs.test', newFinder())).to.eql(OWN);
    });

    for (const [what, body] of [
      ['is no JSON', '<html>'],
      ['is no object', '["there.test"]'],
      ['names nobody', '{}'],
      ['names what is no server', '{"m.server":"https://there.test"}'],
      ['is too large', `{"m.server":"there.test:1","x":"${'x'.repeat(60_000)}"}`],
    ] as const) {
      it(`is not led by an answer that ${what}`, async () => {
        tells('hs.test', body);
        expect(await waysTo('hs.test')).to.eql(OWN);
      });
    }

    for (const [headers, lifetimeMs] of [
      [{}, 24 * HOUR_MS],
      [{ 'cache-control': 'public, max-age=7200' }, 2 * HOUR_MS],
      [{ 'cache-control': 'max-age=999999999' }, 48 * HOUR_MS],
      [{ 'cache-control': 'no-store' }, 300_000],
      [{ expires: '0' }, 300_000],
      [{ expires: 'soon' }, 300_000],
    ] as const) {
      it(`keeps what it was told for ${lifetimeMs / 60_000} minutes with ${JSON.stringify(headers)}`, async () => {
        delegates('hs.test', 'there.test:1', headers);
        expect(await waysTo('hs.test')).to.eql(there);
        delegates('hs.test', 'moved.test:1');
        await clock.advance(lifetimeMs - 1);
        expect(await waysTo('hs.test')).to.eql(there);
        await clock.advance(2);
        expect(await waysTo('hs.test')).to.eql(['moved.test 1 | moved.test | moved.test:1']);
        expect(asked).to.have.length(2);
      });
    }

    it('keeps what it was told until the moment that Expires says', async () => {
      delegates('hs.test', 'there.test:1', { expires: new Date(clock.now() + 2 * HOUR_MS).toUTCString() });
      await waysTo('hs.test');
      await clock.advance(2 * HOUR_MS - 2000);
      await waysTo('hs.test');
      expect(asked).to.have.length(1);
      await clock.advance(2001);
      await waysTo('hs.test');
      expect(asked).to.have.length(2);
    });

    it('asks a host that tells nothing less and less often, but once an hour', async () => {
      for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
        await waysTo('hs.test');
        asked = [];
        await clock.advance(minutes * 60_000 - 1);
        await waysTo('hs.test');
        expect(asked, `${minutes} minutes`).to.eql([]);
        await clock.advance(1);
      }
    });

    it('still goes where a host led that does not answer any more, for two days at most', async () => {
      delegates('hs.test', 'there.test:1', { 'cache-control': 'max-age=3600' });
      await waysTo('hs.test');
      pages.set('hs.test/.well-known/matrix/server', { status: 503 });
      await clock.advance(2 * HOUR_MS);
      expect(await waysTo('hs.test')).to.eql(there);
      await clock.advance(46 * HOUR_MS);
      expect(await waysTo('hs.test')).to.eql(OWN);
    });

    it('goes back to its own name when the host leads nowhere any more', async () => {
      delegates('hs.test', 'there.test:1', { 'cache-control': 'max-age=3600' });
      await waysTo('hs.test');
      pages.clear();
      await clock.advance(2 * HOUR_MS);
      expect(await waysTo('hs.test')).to.eql(OWN);
    });

    it('asks once for all who want to know', async () => {
      delegates('hs.test', 'there.test:1');
      await Promise.all([waysTo('hs.test'), waysTo('hs.test'), waysTo('hs.test')]);
      expect(asked).to.have.length(1);
    });
  });

  describe('by a file', () => {
    it('looks for the name, then for its host, and keeps the port that the name asks for', async () => {
      const file = join(folder, 'resolve.json');
      const given = newFinder(file);
      await writeFile(
        file,
        JSON.stringify({ 'hs.test:1': '127.0.0.1:2', 'hs.test': '10.0.0.1', '1.2.3.4': '[::1]:7' }),
      );
      expect(await waysTo('hs.test:1', given)).to.eql(['127.0.0.1 2 | hs.test | hs.test:1']);
      expect(await waysTo('hs.test:5', given)).to.eql(['10.0.0.1 5 | hs.test | hs.test:5']);
      expect(await waysTo('hs.test', given)).to.eql(['10.0.0.1 8448 | hs.test | hs.test']);
      expect(await waysTo('1.2.3.4', given)).to.eql(['::1 7 | 1.2.3.4 | 1.2.3.4']);
      expect((await given.find('hs.test')).map(({ isTrusted }) => isTrusted)).to.eql([true]);
      expect([asked, servicesAsked]).to.eql([[], []]);
      await writeFile(file, '{"hs.test": "10.0.0.2"}');
      expect(await waysTo('hs.test', given)).to.eql(['10.0.0.2 8448 | hs.test | hs.test']);
      expect((await given.find('other.test')).map(({ isTrusted }) => isTrusted)).to.eql([false]);
    });

    it('says what is wrong with it', async () => {
      const file = join(folder, 'wrong.json');
      for (const content of ['{', '[]', '{"hs.test": 8448}', '{"hs.test": "a/b"}']) {
        await writeFile(file, content);
        expect(await rejection(newFinder(file).find('hs.test')))
          .to.have.property('message')
          .that.contains(file);
      }
      const absent = newFinder(join(folder, 'absent.json'));
      expect(await rejection(absent.find('hs.test')))
        .to.have.property('message')
        .that.contains('absent.json');
    });
  });
});

function srv(name: string, port: number, priority = 10, weight = 0) {
  return { name, port, priority, weight };
}
