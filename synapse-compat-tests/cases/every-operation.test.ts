import { allOperations } from '../../homeserver/src/http/specification/specification.ts';
import { area } from '../harness/area.ts';

/** A path with something in the place of its parameters. */
const filled = (path: string): string =>
  path
    .replaceAll('{userId}', '%40nobody%3Acompat.test')
    .replaceAll('{roomId}', '!nothing%3Acompat.test')
    .replaceAll('{roomIdOrAlias}', '!nothing%3Acompat.test')
    .replaceAll('{roomAlias}', '%23nothing%3Acompat.test')
    .replaceAll('{eventId}', '%24nothing')
    .replaceAll('{serverName}', 'compat.test')
    .replace(/\{\w+\}/g, 'nothing')
    .replace('mutual_rooms', 'mutual_rooms?user_id=%40nobody%3Acompat.test');

/** What the bodies of most operations ask for, so that nothing is missing but the token. */
const BODY = {
  ...{ room_id: '!nothing:compat.test', medium: 'email', address: 'nobody@elsewhere.test', sid: 'sid' },
  ...{
    client_secret: 'secret',
    id_server: 'id.test',
    id_access_token: 'token',
    user_id: '@nobody:compat.test',
  },
};

/** What the pinned Synapse does not have, has without a token, or looks at before the token. */
const NOT_COMPARED = [
  '/_matrix/client/v1/admin/suspend/{userId}',
  '/_matrix/client/v1/admin/lock/{userId}',
  '/_matrix/client/v1/login/get_token',
  '/_matrix/client/v1/auth_metadata',
  '/_matrix/client/v3/account/password',
  '/_matrix/client/v3/account/password/msisdn/requestToken',
  '/_matrix/client/versions',
  '/_matrix/client/v3/directory/room/{roomAlias}',
  '/_matrix/client/v1/room_summary/{roomIdOrAlias}',
  '/_matrix/client/v3/login/sso/redirect',
  '/_matrix/client/v3/login/sso/redirect/{idpId}',
  '/.well-known/matrix/policy_server',
  '/.well-known/matrix/support',
];

/** The operations, each method and path once. */
const operations = [
  ...new Map(
    allOperations().map((operation) => [`${operation.method} ${operation.path}`, operation]),
  ).values(),
].filter(({ path }) => !NOT_COMPARED.includes(path));

area(
  'operations without an access token',
  async () => ({}),
  (same) => {
    for (const { method, path, auth, requestBody } of operations) {
      if (auth.length === 0) continue;
      same(`${method} ${path}`, (_people, world) =>
        world.anonymous.request(method, filled(path), requestBody ? BODY : undefined),
      );
    }
  },
);

area(
  'operations with an access token that is unknown',
  async () => ({}),
  (same) => {
    for (const { method, path, auth, requestBody, module } of operations) {
      // One of each module: what tells a wrong token from none is the same for all.
      const isFirst =
        operations.find((other) => other.module === module && other.auth.length > 0)?.path === path;
      if (auth.length === 0 || !isFirst) continue;
      same(`${method} ${path}`, (_people, world) =>
        world.withToken('unknown').request(method, filled(path), requestBody ? BODY : undefined),
      );
    }
  },
);

area(
  'paths with a method that they do not have',
  async (world) => ({ alice: await world.user('alice') }),
  (same) => {
    for (const path of new Set(operations.map((operation) => operation.path))) {
      same(`PATCH ${path}`, ({ alice }) => alice.request('PATCH', filled(path), {}));
    }
  },
);
