import { expect } from 'chai';
import { createRouter } from './router.ts';
import { ROUTES } from './routes.ts';
import { FEDERATION_ROUTES } from './server-server/routes.ts';
import { allOperations } from './specification/specification.ts';

const ALL_ROUTES = [...ROUTES, ...FEDERATION_ROUTES];

describe('the route table', () => {
  it('has each name and each path once', () => {
    const names = ALL_ROUTES.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
    expect(() => createRouter(ALL_ROUTES)).not.to.throw();
  });

  it('finds every endpoint at each of its paths', () => {
    const router = createRouter(ALL_ROUTES);
    for (const endpoint of ALL_ROUTES) {
      for (const path of endpoint.paths) {
        expect(router.find(endpoint.method, path.replace(/\{\w+\}/g, 'x')).endpoint.name, path).to.equal(
          endpoint.name,
        );
      }
    }
  });

  it('asks for a token exactly where the specification does, but for what is listed here', () => {
    const served = new Map(ROUTES.map((endpoint) => [endpoint.name, endpoint]));
    const differing = allOperations().flatMap(({ operationId, auth }) => {
      const asked = served.get(operationId)?.auth;
      const specified = auth.length === 0 ? 'none' : 'user';
      return asked === undefined || asked === specified ? [] : [`${operationId}: ${asked}`];
    });
    // A token is optional in the first three: two say so in prose, `getRoomSummary` in a way of its own.
    expect(differing).to.have.members([
      'getVersions: optional',
      'getRoomSummary: optional',
      'changePassword: optional',
      // Who sees profiles is for the configuration to say.
      'getUserProfile: optional',
      'getProfileField: optional',
      'getAdminSuspendUser: admin',
      'setAdminSuspendUser: admin',
      'getAdminLockUser: admin',
      'setAdminLockUser: admin',
    ]);
  });
});
