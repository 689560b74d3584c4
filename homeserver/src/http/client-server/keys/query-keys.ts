import { endpoint } from '../../endpoint.ts';

/** The keys of devices and users. */
export const queryKeys = endpoint('queryKeys', { limit: 'keys' }, async ({ body, requester, services }) => {
  const found = await services.encryption.keyQuery.query(requester, body.device_keys, body.timeout);
  return {
    device_keys: found.deviceKeys,
    master_keys: found.masterKeys,
    self_signing_keys: found.selfSigningKeys,
    user_signing_keys: found.userSigningKeys,
    failures: found.failures,
  };
});
