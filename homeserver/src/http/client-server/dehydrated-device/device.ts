import { customEndpoint } from '../../endpoint.ts';

/**
 * The device that a user keeps on the server.
 *
 * Source: MSC3814.
 */
const path = '/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device';

/** Stores a device in the place of the one before it. */
export const putDehydratedDevice = customEndpoint(
  {
    name: 'putDehydratedDevice',
    method: 'PUT',
    path,
    auth: 'user',
    limit: 'keys',
    bodySchema: {
      type: 'object',
      properties: {
        device_id: { type: 'string' },
        device_data: { type: 'object' },
        initial_device_display_name: { type: 'string' },
        device_keys: { type: 'object' },
        one_time_keys: { type: 'object' },
        fallback_keys: { type: 'object' },
      },
      required: ['device_id', 'device_data', 'device_keys'],
    },
  },
  async ({ body, requester, services }) => {
    await services.encryption.dehydratedDevices.put(requester, {
      deviceId: body.device_id,
      deviceData: body.device_data,
      displayName: body.initial_device_display_name,
      deviceKeys: body.device_keys,
      oneTimeKeys: body.one_time_keys,
      fallbackKeys: body.fallback_keys,
    });
    return { device_id: body.device_id };
  },
);

/** The device, as far as the client that stored it gave it. */
export const getDehydratedDevice = customEndpoint(
  { name: 'getDehydratedDevice', method: 'GET', path, auth: 'user' },
  async ({ requester, services }) => {
    const { deviceId, deviceData } = await services.encryption.dehydratedDevices.get(requester);
    return { device_id: deviceId, device_data: deviceData };
  },
);

/** Deletes the device. */
export const deleteDehydratedDevice = customEndpoint(
  { name: 'deleteDehydratedDevice', method: 'DELETE', path, auth: 'user', limit: 'keys' },
  async ({ requester, services }) => ({
    device_id: await services.encryption.dehydratedDevices.delete(requester),
  }),
);
