import { endpoint } from '../../endpoint.ts';

/** Claims a one-time key of each of some devices. */
export const claimKeys = endpoint('claimKeys', { limit: 'keys' }, async ({ body, services }) => {
  const claimed = await services.encryption.keyClaims.claim(body.one_time_keys, body.timeout);
  return { one_time_keys: claimed.oneTimeKeys, failures: claimed.failures };
});
