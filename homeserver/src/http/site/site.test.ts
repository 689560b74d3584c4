import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type EndpointServer, serveEndpoints } from '../../../test-kit/http-endpoints.ts';

describe('the site', () => {
  let folder: string;
  let server: EndpointServer;
  let healthy = true;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'site-'));
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<title>page</title>');
    await writeFile(join(folder, 'theme.js'), 'theme');
    await writeFile(join(folder, 'assets', 'main-abc.js'), 'code');
    server = await serveEndpoints([], {
      clientDirectory: folder,
      describeHealth: async () => {
        if (!healthy) throw new Error('database gone');
        return { version: '1' };
      },
    });
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('serves the client at every address that is nothing else', async () => {
    for (const path of ['/', '/login', '/guild/!abc:example.org', '/invite/x?y=z']) {
      const response = await server.fetch(path);
      expect(response.status, path).to.equal(200);
      expect(response.headers.get('content-type')).to.match(/^text\/html/);
      expect(response.headers.get('cache-control')).to.equal('no-cache');
      expect(await response.text()).to.equal('<title>page</title>');
    }
  });

  it('lets browsers keep assets forever, and other files only as long as they are the same', async () => {
    const asset = await server.fetch('/assets/main-abc.js');
    expect(asset.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable');
    const theme = await server.fetch('/theme.js');
    expect(await theme.text()).to.equal('theme');
    expect(theme.headers.get('cache-control')).to.equal('no-cache');
  });

  it('does not answer with the page what was not asked as one', async () => {
    expect((await server.fetch('/assets/gone.js')).status).to.equal(404);
    expect((await server.fetch('/logo.png', { headers: { Accept: 'image/*' } })).status).to.equal(404);
    expect((await server.fetch('/', { method: 'POST' })).status).to.equal(404);
    expect((await server.fetch('/_matrix/')).headers.get('content-type')).to.equal('application/json');
  });

  it('allows pages nothing from elsewhere and nothing inline', async () => {
    const policy = (await server.fetch('/')).headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'");
    expect(policy).to.include("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).to.include("frame-ancestors 'none'");
    expect(policy).to.include("connect-src 'self' http://test.example ws://test.example");
    expect(policy).not.to.include('unsafe-inline');
  });

  it('keeps other windows away where browsers do so: over HTTPS', async () => {
    const services = { publicUrl: 'https://test.example' };
    const secure = await serveEndpoints([], { clientDirectory: folder, services });
    const policyOf = async (asked: EndpointServer) =>
      (await asked.fetch('/')).headers.get('cross-origin-opener-policy');
    try {
      expect(await policyOf(secure)).to.equal('same-origin');
      expect(await policyOf(server)).to.equal(null);
    } finally {
      await secure.close();
    }
  });

  it('lets pages ask other homeservers, over TLS where this one has it', async () => {
    const services = { publicUrl: 'https://test.example' };
    const secure = await serveEndpoints([], { clientDirectory: folder, services });
    const askable = async (asked: EndpointServer) =>
      /connect-src ([^;]*)/.exec((await asked.fetch('/')).headers.get('content-security-policy') ?? '')?.[1];
    try {
      expect(await askable(secure)).to.equal("'self' https://test.example wss://test.example https:");
      expect(await askable(server)).to.match(/ https: http:$/);
    } finally {
      await secure.close();
    }
  });

  it('gives no file from outside of the build', async () => {
    for (const path of [
      '/..%2f..%2fetc/passwd',
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/%00',
      '/assets/%',
    ]) {
      const response = await server.fetch(path);
      expect(response.status, path).to.be.below(500);
      expect(await response.text()).not.to.include('root:');
    }
    expect(server.logged).to.deep.equal([]);
  });

  it('says how it is', async () => {
    expect(await (await server.fetch('/health')).json()).to.deep.equal({ status: 'ok', version: '1' });
    healthy = false;
    const response = await server.fetch('/health');
    expect(response.status).to.equal(503);
    expect(await response.json()).to.deep.equal({ status: 'failing' });
  });

  it('gives its measurements', async () => {
    const response = await server.fetch('/metrics');
    expect(response.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).to.include('guildhall_http_request_seconds');
  });

  it('explains itself when the client is not built', async () => {
    const bare = await serveEndpoints([]);
    const response = await bare.fetch('/');
    expect(response.status).to.equal(200);
    expect(await response.text()).to.include('has not been built');
    await bare.close();
  });
});
