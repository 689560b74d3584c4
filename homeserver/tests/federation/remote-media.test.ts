import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type FakeHomeserver, FakeReply } from '../../test-kit/fake-homeserver.ts';
import { TestNetwork } from '../../test-kit/test-network.ts';
import type { TestServer } from '../../test-kit/test-server.ts';
import type { TestUser } from '../../test-kit/test-user.ts';

const DOWNLOAD = '/_matrix/federation/v1/media/download/{mediaId}';
const LEGACY = '/_matrix/media/v3/download/{server}/{mediaId}';

/** An answer in two parts: about the content, and the content or where it is. */
function inParts(headers: string, content = ''): FakeReply {
  const body = `--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n${headers}\r\n\r\n${content}\r\n--b--\r\n`;
  return new FakeReply(200, body, { 'Content-Type': 'multipart/mixed; boundary=b' });
}

describe('media of other servers', () => {
  let network: TestNetwork;
  let server: TestServer;
  let fake: FakeHomeserver;
  let alice: TestUser;
  /** Where the other server keeps its media. */
  let bucket: Server;
  let bucketUrl: string;
  let askedOfBucket: (string | undefined)[];
  before(async () => {
    network = await TestNetwork.create();
    server = await network.startServer('hs.test');
    fake = await network.startFake();
    alice = await server.register('alice');
    bucket = createServer((request, response) => {
      askedOfBucket.push(request.headers.authorization);
      if (request.url === '/moved') response.writeHead(302, { Location: '/here' }).end();
      else if (request.url === '/here')
        response.writeHead(200, { 'Content-Type': 'text/plain' }).end('elsewhere');
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => bucket.listen(0, '127.0.0.1', resolve));
    bucketUrl = `http://127.0.0.1:${(bucket.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    askedOfBucket = [];
    fake.received.length = 0;
    fake.answer('GET', DOWNLOAD, new FakeReply(404, { errcode: 'M_UNRECOGNIZED', error: 'old' }));
    fake.answer('GET', LEGACY, new FakeReply(404, { errcode: 'M_NOT_FOUND', error: 'none' }));
  });
  after(async () => {
    await network.stop();
    bucket.closeAllConnections();
    await new Promise((resolve) => bucket.close(resolve));
  });

  async function download(mediaId: string): Promise<{ status: number; text: string; type: string | null }> {
    const response = await fetch(`${server.url}/_matrix/client/v1/media/download/${fake.name}/${mediaId}`, {
      headers: { Authorization: `Bearer ${alice.accessToken}` },
    });
    const type = response.headers.get('content-type');
    return { status: response.status, text: await response.text(), type };
  }

  it('come in two parts, are asked for with a signature, and are kept', async () => {
    fake.answer('GET', DOWNLOAD, inParts('Content-Type: text/plain', 'in parts'));
    for (let count = 0; count < 2; count += 1) {
      expect(await download('parts')).to.deep.equal({ status: 200, text: 'in parts', type: 'text/plain' });
    }
    const asked = fake.requestsTo('/_matrix/federation/v1/media/download/');
    expect(asked.map(({ signature }) => signature?.origin)).to.deep.equal(['hs.test']);
  });

  it('are fetched from where their server says they are, over redirects, and without its signature', async () => {
    fake.answer('GET', DOWNLOAD, () => inParts(`Location: ${bucketUrl}/moved`));
    expect(await download('moved')).to.deep.equal({ status: 200, text: 'elsewhere', type: 'text/plain' });
    expect(askedOfBucket).to.deep.equal([undefined, undefined]);
  });

  it('are not there if they are not where their server says', async () => {
    fake.answer('GET', DOWNLOAD, () => inParts(`Location: ${bucketUrl}/gone`));
    expect((await download('gone')).status).to.equal(502);
    fake.answer('GET', DOWNLOAD, inParts('Location: nowhere'));
    expect((await download('nowhere')).status).to.equal(502);
  });

  it('are asked for in the older way of servers that know no other', async () => {
    fake.answer('GET', LEGACY, new FakeReply(200, 'as once', { 'Content-Type': 'text/plain' }));
    expect(await download('old')).to.deep.equal({ status: 200, text: 'as once', type: 'text/plain' });
    const [{ query } = { query: undefined }] = fake.requestsTo('/_matrix/media/v3/download/');
    expect(query?.get('allow_remote')).to.equal('false');
  });

  it('are asked for in one way only of a server that says that it has none', async () => {
    fake.answer('GET', DOWNLOAD, new FakeReply(404, { errcode: 'M_NOT_FOUND', error: 'none' }));
    expect((await download('absent')).status).to.equal(404);
    expect(fake.requestsTo('/_matrix/media/')).to.deep.equal([]);
  });
});
