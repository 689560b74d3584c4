import { endpoint } from '../../endpoint.ts';

/** From where a user's devices were last heard of: for server admins, and for the users themselves. */
export const whoIs = endpoint(
  'getWhoIs',
  { aliases: ['/_synapse/admin/v1/whois/{userId}'] },
  async ({ params, requester, services }) => {
    const { userId } = params;
    const devices = await services.accounts.moderation.devicesOf(requester, userId);
    const sessions = devices.map(({ deviceId, lastSeenTs, lastSeenIp }) => {
      const connection = {
        ...(lastSeenIp !== null && { ip: lastSeenIp }),
        ...(lastSeenTs !== null && { last_seen: lastSeenTs }),
      };
      return [deviceId, { sessions: [{ connections: [connection] }] }] as const;
    });
    return { user_id: userId, devices: Object.fromEntries(sessions) };
  },
);
