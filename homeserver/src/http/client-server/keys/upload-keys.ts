import { endpoint } from '../../endpoint.ts';

/** Publishes identity keys, one-time keys and fallback keys of the device. */
export const uploadKeys = endpoint('uploadKeys', { limit: 'keys' }, async ({ body, requester, services }) => {
  const counts = await services.encryption.deviceKeys.upload(requester, {
    deviceKeys: body.device_keys,
    oneTimeKeys: body.one_time_keys,
    fallbackKeys: body.fallback_keys,
  });
  return { one_time_key_counts: counts };
});
