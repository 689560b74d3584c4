import { invalidParam, missingParam } from '../../../protocol/errors.ts';
import type { CallMember } from '../../../realtime/index.ts';
import { customEndpoint, type Endpoint } from '../../endpoint.ts';
import { liveKitServiceUrl } from '../../livekit/index.ts';

const V1 = '/_matrix/client/v1/rtc';
const MSC4143 = '/_matrix/client/unstable/org.matrix.msc4143/rtc';
const MSC4195 = '/_matrix/client/unstable/io.element.msc4195/rtc';

/**
 * How calls reach each other's members: through LiveKit, described for both generations of clients. An empty list where
 * there is none. Source: MSC4143, MSC4195.
 */
const getRtcTransports = customEndpoint(
  {
    name: 'getRtcTransports',
    method: 'GET',
    path: `${V1}/transports`,
    aliases: [`${MSC4143}/transports`],
    auth: 'user',
  },
  ({ services }) => {
    const { url } = services.callTokens;
    if (url === undefined) return { rtc_transports: [] };
    return {
      rtc_transports: [
        // Clients of before take the first of this type.
        { type: 'livekit', livekit_service_url: liveKitServiceUrl(services.publicUrl) },
        { type: 'm.livekit', url },
      ],
    };
  },
);

/** A token for a call, from the homeserver itself. Source: MSC4195, and the form that matrix-js-sdk 43 sends. */
const getLiveKitToken = customEndpoint(
  {
    name: 'getLiveKitToken',
    method: 'POST',
    path: `${V1}/livekit/get_token`,
    aliases: [`${MSC4195}/livekit/get_token`],
    auth: 'user',
    limit: 'callToken',
    bodySchema: {
      type: 'object',
      properties: {
        url: { type: 'string' },
        room_id: { type: 'string' },
        slot_id: { type: 'string', maxLength: 255 },
        member_id: { type: 'string', maxLength: 255 },
        member: {
          type: 'object',
          properties: {
            id: { type: 'string', maxLength: 255 },
            claimed_device_id: { type: 'string', maxLength: 255 },
          },
          required: ['id'],
        },
        server_name: { type: 'string' },
      },
      required: ['url', 'room_id', 'slot_id'],
    },
  },
  async ({ body, requester, services }) => {
    const { url, room_id: roomId, slot_id: slotId, server_name: serverName } = body;
    const { url: ours } = services.callTokens;
    if ((ours !== undefined && url !== ours) || (serverName ?? services.serverName) !== services.serverName) {
      throw invalidParam('This server lets nobody into calls at that address');
    }
    const { userId } = requester;
    const { jwt } = await services.callTokens.issue({ userId, roomId, slotId, member: memberIn(body) });
    return { jwt };
  },
);

function memberIn(body: {
  readonly member?: { readonly id: string; readonly claimed_device_id?: string };
  readonly member_id?: string;
}): CallMember {
  const memberId = body.member_id ?? body.member?.id;
  if (memberId === undefined) throw missingParam('member_id is missing');
  return { generation: 'slots', memberId, deviceId: body.member?.claimed_device_id };
}

export const rtcEndpoints: readonly Endpoint[] = [getRtcTransports, getLiveKitToken];
