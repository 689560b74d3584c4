import { invalidParam, type MatrixError, missingParam } from '../../../protocol/errors.ts';
import { customEndpoint, type Endpoint } from '../../endpoint.ts';
import { liveKitServiceUrl } from '../../livekit/index.ts';
import type { Services } from '../../services.ts';

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

const NAME = { type: 'string', maxLength: 255 } as const;
/** Somebody in a call, in the form of MSC4195's newest text (`member_id`), and in that which matrix-js-sdk 43 sends. */
const MEMBER_OF_CALL = {
  url: { type: 'string' },
  room_id: { type: 'string' },
  slot_id: NAME,
  member_id: NAME,
  member: { type: 'object', properties: { id: NAME, claimed_device_id: NAME }, required: ['id'] },
} as const;

/** A token for a call, from the homeserver itself. Source: MSC4195. */
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
      properties: { ...MEMBER_OF_CALL, server_name: { type: 'string' } },
      required: ['url', 'room_id', 'slot_id'],
    },
  },
  async ({ body, requester, services }) => {
    if ((body.server_name ?? services.serverName) !== services.serverName) throw notOurCalls();
    const { jwt } = await services.callTokens.issue(callIn(body, requester.userId, services));
    return { jwt };
  },
);

/** Lets the server watch over somebody's leaving of a call. Source: MSC4195. */
const delegateDelayedLeave = customEndpoint(
  {
    name: 'delegateDelayedLeave',
    method: 'POST',
    path: `${V1}/livekit/delegate_delayed_leave`,
    aliases: [`${MSC4195}/livekit/delegate_delayed_leave`],
    auth: 'user',
    limit: 'callToken',
    bodySchema: {
      type: 'object',
      properties: { ...MEMBER_OF_CALL, delay_id: NAME },
      required: ['url', 'room_id', 'slot_id', 'delay_id'],
    },
  },
  async ({ body, requester, services }) => {
    const call = callIn(body, requester.userId, services);
    await services.callTokens.watchLeaving({ ...call, delayId: body.delay_id });
    return {};
  },
);

interface MemberOfCall {
  readonly url: string;
  readonly room_id: string;
  readonly slot_id: string;
  readonly member?: { readonly id: string; readonly claimed_device_id?: string };
  readonly member_id?: string;
}

function callIn(body: MemberOfCall, userId: string, { callTokens }: Services) {
  if (callTokens.url !== undefined && body.url !== callTokens.url) throw notOurCalls();
  const memberId = body.member_id ?? body.member?.id;
  if (memberId === undefined) throw missingParam('member_id is missing');
  const member = { generation: 'slots', memberId, deviceId: body.member?.claimed_device_id } as const;
  return { userId, roomId: body.room_id, slotId: body.slot_id, member };
}

function notOurCalls(): MatrixError {
  return invalidParam('This server lets nobody into calls at that address');
}

export const rtcEndpoints: readonly Endpoint[] = [getRtcTransports, getLiveKitToken, delegateDelayedLeave];
