import { expect } from 'chai';
import { type AccountsServer, startAccountsServer } from '../test-kit/accounts-server.ts';
import { ManualClock } from '../test-kit/manual-clock.ts';

const OLD_PATH = '/_matrix/client/unstable/org.matrix.msc4108/rendezvous';
const PATH = '/_matrix/client/unstable/io.element.msc4388/rendezvous';
const TEN_MINUTES_MS = 600_000;

describe('rendezvous of two devices', () => {
  let server: AccountsServer;
  let clock: ManualClock;
  before(async () => {
    clock = new ManualClock(Date.now());
    server = await startAccountsServer({}, { clock });
  });
  after(() => server.stop());

  it('is told of by the server', async () => {
    const { body } = await server.anonymous('GET', '/versions');
    expect(body.unstable_features).to.include({ 'org.matrix.msc4108': true, 'io.element.msc4388': true });
  });

  describe('with ETags (MSC4108)', () => {
    const send = (method: string, url: string, headers: Record<string, string> = {}, body?: string) =>
      fetch(url, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'text/plain' }) },
        ...(body !== undefined && { body }),
      });

    async function open(): Promise<{ url: string; etag: string }> {
      const response = await send('POST', `${server.url}${OLD_PATH}`, {}, 'hello');
      expect(response.status).to.equal(201);
      const { url } = (await response.json()) as { url: string };
      return { url, etag: response.headers.get('etag') ?? '' };
    }

    it('carries a message to the other device, and tells when there is none that is new', async () => {
      const { url, etag } = await open();
      const read = await send('GET', url);
      expect(await read.text()).to.equal('hello');
      expect(read.headers.get('etag')).to.equal(etag);
      expect(read.headers.get('content-type')).to.equal('text/plain');
      expect(read.headers.get('access-control-expose-headers')).to.include('ETag');
      expect((await send('GET', url, { 'If-None-Match': etag })).status).to.equal(304);
      const replaced = await send('PUT', url, { 'If-Match': etag }, 'hello yourself');
      expect(replaced.status).to.equal(202);
      expect(replaced.headers.get('etag')).not.to.equal(etag);
      const news = await send('GET', url, { 'If-None-Match': etag });
      expect(await news.text()).to.equal('hello yourself');
    });

    it('lets the second of two messages at once know', async () => {
      const { url, etag } = await open();
      const answers = await Promise.all(
        ['one', 'two'].map((body) => send('PUT', url, { 'If-Match': etag }, body)),
      );
      expect(answers.map(({ status }) => status)).to.have.members([202, 412]);
    });

    it('ends when a device says so, and by itself', async () => {
      const [closed, expired] = [await open(), await open()];
      expect((await send('DELETE', closed.url)).status).to.equal(204);
      expect((await send('GET', closed.url)).status).to.equal(404);
      expect((await send('DELETE', closed.url)).status).to.equal(404);
      await clock.advance(TEN_MINUTES_MS);
      expect((await send('GET', expired.url)).status).to.equal(404);
      expect((await send('PUT', expired.url, { 'If-Match': expired.etag }, 'late')).status).to.equal(404);
    });

    it('takes no message that is too large, and none without the version that it replaces', async () => {
      expect((await send('POST', `${server.url}${OLD_PATH}`, {}, 'x'.repeat(4_097))).status).to.equal(413);
      const { url } = await open();
      expect((await send('PUT', url, {}, 'x')).status).to.equal(400);
    });
  });

  describe('in JSON (MSC4388)', () => {
    it('carries messages, one after the other', async () => {
      expect((await server.request('GET', PATH)).body).to.deep.equal({ create_available: true });
      const opened = await server.request('POST', PATH, { data: 'hello' });
      expect(opened.body.expires_in_ms).to.be.greaterThan(0);
      const place = `${PATH}/${opened.body.id}`;
      expect((await server.request('GET', place)).body).to.deep.include({
        data: 'hello',
        sequence_token: opened.body.sequence_token,
      });
      const message = { data: 'hello yourself', sequence_token: opened.body.sequence_token };
      const replaced = await server.request('PUT', place, message);
      expect(replaced.body.sequence_token).not.to.equal(opened.body.sequence_token);
      const late = await server.request('PUT', place, message);
      expect(late).to.deep.include({ status: 409 });
      expect(late.body.errcode).to.equal('IO_ELEMENT_MSC4388_CONCURRENT_WRITE');
      expect((await server.request('GET', place)).body.data).to.equal('hello yourself');
      expect((await server.request('DELETE', place)).status).to.equal(200);
      expect((await server.request('GET', place)).status).to.equal(404);
    });

    it('takes no message that is too large', async () => {
      const { status, body } = await server.request('POST', PATH, { data: 'x'.repeat(4_097) });
      expect({ status, errcode: body.errcode }).to.deep.equal({ status: 413, errcode: 'M_TOO_LARGE' });
    });
  });
});
