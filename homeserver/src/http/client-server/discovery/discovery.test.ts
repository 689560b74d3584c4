import { expect } from 'chai';
import { type EndpointServer, serveEndpoints } from '../../../../test-kit/http-endpoints.ts';
import { ROUTES } from '../../routes.ts';
import type { Services } from '../../services.ts';
import { discoveryEndpoints, tellVersionsOf } from './index.ts';

describe('discovery', () => {
  let server: EndpointServer;
  before(async () => {
    server = await serveEndpoints([tellVersionsOf(ROUTES), ...discoveryEndpoints], {
      services: {
        support: { page: undefined, email: undefined },
        callTokens: { url: undefined } as unknown as Services['callTokens'],
        webPush: { publicKey: 'key' } as unknown as Services['webPush'],
      },
    });
  });
  after(() => server.close());

  it('tells the versions with and without a token', async () => {
    const response = await server.fetch('/_matrix/client/versions');
    expect(await response.json())
      .to.have.property('versions')
      .that.includes('v1.1');
    expect((await server.request('GET', '/_matrix/client/versions')).status).to.equal(200);
  });

  it('leads clients to the public address, also from a browser elsewhere', async () => {
    const response = await server.fetch('/.well-known/matrix/client');
    expect(response.headers.get('access-control-allow-origin')).to.equal('*');
    expect(await response.json()).to.deep.equal({
      'm.homeserver': { base_url: 'http://test.example' },
      'org.matrix.msc2965.authentication': {
        issuer: 'http://test.example/',
        account: 'http://test.example/_guildhall/oauth/account',
      },
    });
  });

  it('has no support contact to tell of', async () => {
    expect((await server.fetch('/.well-known/matrix/support')).status).to.equal(404);
  });

  it('tells which room versions can be created, twelve by default', async () => {
    const { body } = await server.request('GET', '/_matrix/client/v3/capabilities');
    const { 'm.room_versions': versions } = body.capabilities as Record<string, unknown>;
    expect(versions).to.deep.include({ default: '12' });
    expect(versions)
      .to.have.property('available')
      .that.includes({ 1: 'unstable', 2: 'unstable', 9: 'unstable', 10: 'stable', 12: 'stable' });
  });
});
