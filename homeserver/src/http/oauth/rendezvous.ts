import type { IncomingMessage } from 'node:http';
import { type LeftMessage, MOST_RENDEZVOUS_BYTES, type RendezvousMessage } from '../../accounts/index.ts';
import { MatrixError, missingParam, tooLarge } from '../../protocol/errors.ts';
import { customEndpoint, type Endpoint } from '../endpoint.ts';
import { Reply, type ReplyHeaders } from '../reply.ts';
import { readBytes } from '../request-body.ts';

const OLD_PATH = '/_matrix/client/unstable/org.matrix.msc4108/rendezvous';
const PATH = '/_matrix/client/unstable/io.element.msc4388/rendezvous';

/** Two devices meet, to sign one of them in: as in MSC4108, with the version of the message in its ETag. */
const openOld = customEndpoint(
  { name: 'msc4108Open', method: 'POST', path: OLD_PATH, auth: 'none', limit: 'rendezvous', body: 'stream' },
  async ({ request, services }) => {
    const left = await services.accounts.oauth.rendezvous.open(await readMessage(request));
    const body = { url: `${services.publicUrl}${OLD_PATH}/${left.id}` };
    return new Reply({ status: 201, headers: headersOf(left), body });
  },
);

const readOld = customEndpoint(
  { name: 'msc4108Read', method: 'GET', path: `${OLD_PATH}/{id}`, auth: 'none', limit: 'rendezvous' },
  async ({ params, request, services }) => {
    const left = await services.accounts.oauth.rendezvous.read(params.id);
    const headers = headersOf(left);
    if (request.headers['if-none-match'] === headers.ETag) {
      return new Reply({ status: 304, headers: { ...headers, 'Content-Type': left.contentType }, body: '' });
    }
    return new Reply({ headers: { ...headers, 'Content-Type': left.contentType }, body: left.content });
  },
);

const replaceOld = customEndpoint(
  {
    name: 'msc4108Replace',
    method: 'PUT',
    path: `${OLD_PATH}/{id}`,
    auth: 'none',
    limit: 'rendezvous',
    body: 'stream',
  },
  async ({ params, request, services }) => {
    const { 'if-match': version } = request.headers;
    if (version === undefined) throw missingParam('The header If-Match is missing');
    const { rendezvous } = services.accounts.oauth;
    const message = await readMessage(request);
    const left = await rendezvous.replace(params.id, version.replaceAll('"', ''), message);
    if (left !== undefined) return new Reply({ status: 202, headers: headersOf(left) });
    const fields = { 'org.matrix.msc4108.errcode': 'M_CONCURRENT_WRITE' };
    throw new MatrixError(412, 'M_UNKNOWN', 'The other device was first', fields);
  },
);

const closeOld = customEndpoint(
  { name: 'msc4108Close', method: 'DELETE', path: `${OLD_PATH}/{id}`, auth: 'none', limit: 'rendezvous' },
  async ({ params, services }) => {
    await services.accounts.oauth.rendezvous.close(params.id);
    return new Reply({ status: 204, headers: { 'Content-Type': 'text/plain' }, body: '' });
  },
);

/** The same as in MSC4388, with everything in JSON. */
const discover = customEndpoint(
  { name: 'msc4388Discover', method: 'GET', path: PATH, auth: 'none', limit: 'rendezvous' },
  () => ({ create_available: true }),
);

const open = customEndpoint(
  {
    name: 'msc4388Open',
    method: 'POST',
    path: PATH,
    auth: 'none',
    limit: 'rendezvous',
    bodySchema: { type: 'object', properties: { data: { type: 'string' } }, required: ['data'] },
  },
  async ({ body, services }) => {
    const left = await services.accounts.oauth.rendezvous.open(messageOf(body.data));
    return {
      id: left.id,
      sequence_token: left.version,
      expires_in_ms: left.expiresTs - services.clock.now(),
    };
  },
);

const read = customEndpoint(
  { name: 'msc4388Read', method: 'GET', path: `${PATH}/{id}`, auth: 'none', limit: 'rendezvous' },
  async ({ params, services }) => {
    const left = await services.accounts.oauth.rendezvous.read(params.id);
    return {
      data: left.content.toString(),
      sequence_token: left.version,
      expires_in_ms: Math.max(0, left.expiresTs - services.clock.now()),
    };
  },
);

const replace = customEndpoint(
  {
    name: 'msc4388Replace',
    method: 'PUT',
    path: `${PATH}/{id}`,
    auth: 'none',
    limit: 'rendezvous',
    bodySchema: {
      type: 'object',
      properties: { data: { type: 'string' }, sequence_token: { type: 'string' } },
      required: ['data', 'sequence_token'],
    },
  },
  async ({ params, body, services }) => {
    const { rendezvous } = services.accounts.oauth;
    const left = await rendezvous.replace(params.id, body.sequence_token, messageOf(body.data));
    if (left !== undefined) return { sequence_token: left.version };
    throw new MatrixError(409, 'IO_ELEMENT_MSC4388_CONCURRENT_WRITE', 'The other device was first');
  },
);

const close = customEndpoint(
  { name: 'msc4388Close', method: 'DELETE', path: `${PATH}/{id}`, auth: 'none', limit: 'rendezvous' },
  async ({ params, services }) => {
    await services.accounts.oauth.rendezvous.close(params.id);
    return {};
  },
);

export const rendezvousEndpoints: readonly Endpoint[] = [
  openOld,
  readOld,
  replaceOld,
  closeOld,
  discover,
  open,
  read,
  replace,
  close,
];

/** @throws {MatrixError} 413 `M_TOO_LARGE`, 400 `M_MISSING_PARAM` */
async function readMessage(request: IncomingMessage): Promise<RendezvousMessage> {
  const content = await readBytes(request, MOST_RENDEZVOUS_BYTES);
  if (request.headers['content-type'] === undefined) throw missingParam('The header Content-Type is missing');
  // Whatever a device calls it: no browser is to take it for a page.
  return { content, contentType: 'text/plain' };
}

/** @throws {MatrixError} 413 `M_TOO_LARGE` */
function messageOf(data: string): RendezvousMessage {
  const content = Buffer.from(data);
  if (content.length > MOST_RENDEZVOUS_BYTES) {
    throw tooLarge(`The data may have at most ${MOST_RENDEZVOUS_BYTES} bytes`);
  }
  return { content, contentType: 'text/plain' };
}

function headersOf({ version, changedTs, expiresTs }: LeftMessage): ReplyHeaders & { readonly ETag: string } {
  return {
    ETag: `"${version}"`,
    Expires: new Date(expiresTs).toUTCString(),
    'Last-Modified': new Date(changedTs).toUTCString(),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Access-Control-Expose-Headers': 'ETag',
  };
}
