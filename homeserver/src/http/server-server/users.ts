import { invalidParam, tooLarge } from '../../protocol/errors.ts';
import { domainOf, isUserId } from '../../protocol/identifiers.ts';
import type { Endpoint } from '../endpoint.ts';
import { requiredQuery } from '../request-values.ts';
import type { Services } from '../services.ts';
import { federationEndpoint } from './federation-endpoint.ts';

/** Of how many devices keys can be claimed at once: each takes a write. */
const MOST_CLAIMED = 1_000;

const getUserDevices = federationEndpoint('getUserDevices', {}, async ({ params, services }) => {
  const { userId } = params;
  requireLocal(services, [userId]);
  const snapshot = await services.encryption.deviceLists.snapshot(userId);
  const { streamId, devices, masterKey, selfSigningKey } = snapshot;
  return {
    user_id: userId,
    stream_id: streamId,
    devices: Object.entries(devices).map(([deviceId, keys]) => ({ device_id: deviceId, keys })),
    ...(masterKey && { master_key: masterKey }),
    ...(selfSigningKey && { self_signing_key: selfSigningKey }),
  };
});

const queryUserEncryptionKeys = federationEndpoint(
  'queryUserEncryptionKeys',
  {},
  async ({ body, services }) => {
    requireLocal(services, Object.keys(body.device_keys));
    const found = await services.encryption.keyQuery.queryLocal(body.device_keys, { withNames: false });
    return {
      device_keys: found.deviceKeys,
      master_keys: found.masterKeys,
      self_signing_keys: found.selfSigningKeys,
    };
  },
);

const claimUserEncryptionKeys = federationEndpoint(
  'claimUserEncryptionKeys',
  {},
  async ({ body, services }) => {
    const wanted = body.one_time_keys;
    requireLocal(services, Object.keys(wanted));
    const devices = Object.values(wanted).reduce((sum, ofUser) => sum + Object.keys(ofUser).length, 0);
    if (devices > MOST_CLAIMED) throw tooLarge(`At most ${MOST_CLAIMED} keys can be claimed at once`);
    return { one_time_keys: await services.encryption.keyClaims.claimLocal(wanted) };
  },
);

/** As in Synapse; who is not there has no keys, and that is no error. */
function requireLocal({ serverName }: Services, userIds: readonly string[]): void {
  const wrong = userIds.find((userId) => !isUserId(userId) || domainOf(userId) !== serverName);
  if (wrong !== undefined) throw invalidParam(`${wrong} is no user of this server`);
}

/** Whoever a token of `POST /user/{userId}/openid/request_token` was shown to asks whose it is. */
const exchangeOpenIdToken = federationEndpoint(
  'exchangeOpenIdToken',
  { limit: 'federationUnverified' },
  async ({ query, services }) => ({
    sub: await services.accounts.openId.userOf(requiredQuery(query, 'access_token')),
  }),
);

/** What servers need of this server's users. */
export const userEndpoints: readonly Endpoint[] = [
  getUserDevices,
  queryUserEncryptionKeys,
  claimUserEncryptionKeys,
  exchangeOpenIdToken,
];
