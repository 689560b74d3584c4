import { expect } from 'chai';
import { type EndpointServer, serveEndpoints } from '../../../test-kit/http-endpoints.ts';
import { signRequest } from '../../../test-kit/signed-request.ts';
import { createLogger } from '../../base/logger.ts';
import { generateSigningKey, verifyBytes } from '../../protocol/signing.ts';
import type { Services } from '../services.ts';
import { customFederationEndpoint } from './federation-endpoint.ts';

const KEY = generateSigningKey(Buffer.alloc(32, 1), 'one');
const OTHER_KEY = generateSigningKey(Buffer.alloc(32, 2), 'two');
const PATH = '/_matrix/federation/v1/thing';

describe('who a server is', () => {
  const heardFrom: string[] = [];
  const logged: string[] = [];
  let verified = 0;
  let server: EndpointServer;
  const federation = {
    policy: { isAllowed: (name: string) => name !== 'denied.example' },
    destinations: { heardFrom: (name: string) => heardFrom.push(name) },
    keyring: {
      verify: async ({ signatures, message }: { signatures: Record<string, string>; message: string }) => {
        verified += 1;
        return verifyBytes(message, signatures[KEY.keyId] ?? '', KEY.publicKeyBase64);
      },
    },
  } as unknown as Services['federation'];

  beforeEach(async () => {
    const bodySchema = { type: 'object' } as const;
    const endpoints = [
      customFederationEndpoint({ name: 'get', method: 'GET', path: PATH }, ({ origin }) => ({ origin })),
      customFederationEndpoint(
        { name: 'put', method: 'PUT', path: PATH, bodySchema, maxBodyBytes: 100 },
        ({ body }) => ({ body }),
      ),
    ];
    heardFrom.length = 0;
    logged.length = 0;
    verified = 0;
    server = await serveEndpoints(endpoints, {
      rateLimits: true,
      services: { federation },
      logger: createLogger({ level: 'info', format: 'json', write: (line) => logged.push(line) }),
    });
  });
  afterEach(() => server.close());

  const headerOf = (origin: string, body?: unknown, key = KEY): string =>
    signRequest(
      { method: body === undefined ? 'GET' : 'PUT', path: PATH, body },
      { origin, destination: 'test', key },
    );
  const ask = async (headers: [string, string][], init: RequestInit = {}): Promise<Response> =>
    server.fetch(PATH, { ...init, headers });

  it('is what it signs, and it was heard from', async () => {
    const response = await ask([['Authorization', headerOf('one.example')]]);
    expect(await response.json()).to.deep.equal({ origin: 'one.example' });
    expect(heardFrom).to.deep.equal(['one.example']);
  });

  it('is not asked for when the admin does not want it, and nothing of it is heard or verified', async () => {
    expect((await ask([['Authorization', headerOf('denied.example')]])).status).to.equal(403);
    expect([heardFrom, verified]).to.deep.equal([[], 0]);
    expect(logged.join()).to.include('a request of another server was refused').and.include('federation.get');
  });

  it('is told by a signature over a body with numbers as they were written', async () => {
    const body = '{"a":1.0,"b":1e3,"c":12345678901234567890}';
    const headers: [string, string][] = [['Authorization', headerOf('one.example', body)]];
    const response = await ask(headers, { method: 'PUT', body });
    expect(await response.text()).to.equal(`{"body":${body}}`);
    const changed = await ask(headers, { method: 'PUT', body: body.replace('1.0', '1') });
    expect(changed.status).to.equal(401);
  });

  it('does not matter for a body that is too large', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(100) });
    const headers: [string, string][] = [['Authorization', headerOf('one.example', body)]];
    expect((await ask(headers, { method: 'PUT', body })).status).to.equal(413);
    expect(verified).to.equal(0);
  });

  it('is not believed from an address that has failed too often; who is believed never counts', async () => {
    const good: [string, string][] = [['Authorization', headerOf('one.example')]];
    const bad: [string, string][] = [['Authorization', headerOf('one.example', undefined, OTHER_KEY)]];
    for (let count = 0; count < 300; count += 1) expect((await ask(good)).status).to.equal(200);
    const statuses = new Set<number>();
    for (let count = 0; count < 201; count += 1) statuses.add((await ask(bad)).status);
    expect([...statuses]).to.deep.equal([401, 429]);
  });
});
