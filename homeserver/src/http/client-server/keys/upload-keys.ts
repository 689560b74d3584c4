import { MatrixError } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

/**
 * Publishes identity keys, one-time keys and fallback keys of the device, which an application service has to name: as
 * Synapse, `M_UNKNOWN` if it does not.
 */
export const uploadKeys = endpoint('uploadKeys', { limit: 'keys' }, async ({ body, requester, services }) => {
  if (requester.deviceId === '') throw new MatrixError(400, 'M_UNKNOWN', 'Name the device in device_id');
  const counts = await services.encryption.deviceKeys.upload(requester, {
    deviceKeys: body.device_keys,
    oneTimeKeys: body.one_time_keys,
    fallbackKeys: body.fallback_keys,
  });
  return { one_time_key_counts: counts };
});
