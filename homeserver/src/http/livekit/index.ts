import { getRemoteOpenIdUser } from '../../federation/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import type { CallMember } from '../../realtime/index.ts';
import { customEndpoint, type Endpoint } from '../endpoint.ts';
import { readBytes } from '../request-body.ts';
import type { Services } from '../services.ts';

/**
 * What Element Call and Element X expect beside LiveKit: a service that takes a token of OpenID and gives one of LiveKit.
 * Paths and answers are those that clients know; there is no proposal for it.
 */
const PATH = '/livekit/jwt';

/** Where clients find the service. */
export function liveKitServiceUrl(publicUrl: string): string {
  return `${publicUrl}${PATH}`;
}

const OPENID_TOKEN = {
  type: 'object',
  properties: {
    access_token: { type: 'string', maxLength: 255 },
    matrix_server_name: { type: 'string', maxLength: 255 },
  },
  required: ['access_token', 'matrix_server_name'],
} as const;
const NAME = { type: 'string', maxLength: 255 } as const;
const MOST_NEWS_BYTES = 65_536;
/** Asks that the service watch over the member's leaving. How long the delay is, the delayed event says itself. */
const DELAY = { delay_id: NAME } as const;
const MEMBER_OF_CALL = {
  room_id: NAME,
  slot_id: NAME,
  openid_token: OPENID_TOKEN,
  member: {
    type: 'object',
    properties: { id: NAME, claimed_user_id: NAME, claimed_device_id: NAME },
    required: ['id', 'claimed_user_id', 'claimed_device_id'],
  },
  ...DELAY,
} as const;

/** For clients whose membership is state: Element Call as it is by default. */
const getSfuToken = customEndpoint(
  {
    name: 'getSfuToken',
    method: 'POST',
    path: `${PATH}/sfu/get`,
    auth: 'none',
    limit: 'callService',
    bodySchema: {
      type: 'object',
      properties: { room: NAME, openid_token: OPENID_TOKEN, device_id: NAME, ...DELAY },
      required: ['room', 'openid_token', 'device_id'],
    },
  },
  async ({ body, services, takeFromLimit }) => {
    const userId = await userOf(services, body.room, body.openid_token);
    takeFromLimit('callToken', userId);
    const member = { generation: 'state', deviceId: body.device_id } as const;
    return services.callTokens.issue({ userId, roomId: body.room, member, delayId: body.delay_id });
  },
);

/** For clients whose membership is a sticky event. */
const getCallToken = customEndpoint(
  {
    name: 'getCallToken',
    method: 'POST',
    path: `${PATH}/get_token`,
    auth: 'none',
    limit: 'callService',
    bodySchema: {
      type: 'object',
      properties: MEMBER_OF_CALL,
      required: ['room_id', 'slot_id', 'openid_token', 'member'],
    },
  },
  async ({ body, services, takeFromLimit }) => {
    const userId = await userOf(services, body.room_id, body.openid_token);
    takeFromLimit('callToken', userId);
    const member = memberIn(body.member, userId);
    const { room_id: roomId, slot_id: slotId, delay_id: delayId } = body;
    return services.callTokens.issue({ userId, roomId, slotId, member, delayId });
  },
);

/** For clients that are in a call already, and let the service watch over their leaving. */
const delegateDelayedLeaveToService = customEndpoint(
  {
    name: 'delegateDelayedLeaveToService',
    method: 'POST',
    path: `${PATH}/delegate_delayed_leave`,
    auth: 'none',
    limit: 'callService',
    bodySchema: {
      type: 'object',
      properties: MEMBER_OF_CALL,
      required: ['room_id', 'slot_id', 'openid_token', 'member', 'delay_id'],
    },
  },
  async ({ body, services, takeFromLimit }) => {
    const userId = await userOf(services, body.room_id, body.openid_token);
    takeFromLimit('callToken', userId);
    const member = memberIn(body.member, userId);
    const { room_id: roomId, slot_id: slotId, delay_id: delayId } = body;
    await services.callTokens.watchLeaving({ userId, roomId, slotId, member, delayId });
    return {};
  },
);

/** What LiveKit tells of itself: signed over the bytes of its body, so they are read as they are. */
const hearLiveKit = customEndpoint(
  { name: 'hearLiveKit', method: 'POST', path: `${PATH}/sfu_webhook`, auth: 'none', body: 'stream' },
  async ({ request, services }) => {
    const body = (await readBytes(request, MOST_NEWS_BYTES)).toString();
    await services.callKeeper.hear(body, request.headers.authorization);
    return {};
  },
);

/** Whether the service is there, as those who look after it ask. */
const getCallHealth = customEndpoint(
  { name: 'getCallHealth', method: 'GET', path: `${PATH}/healthz`, auth: 'none' },
  () => ({}),
);

function memberIn(
  claim: { readonly id: string; readonly claimed_user_id: string; readonly claimed_device_id: string },
  userId: string,
): CallMember {
  if (claim.claimed_user_id !== userId) throw unauthorized('The token is of somebody else');
  return { generation: 'sticky', memberId: claim.id, deviceId: claim.claimed_device_id };
}

/** Who shows a token, of this server or of another one that is in the room. */
async function userOf(
  { accounts, federation, serverName }: Services,
  roomId: string,
  {
    access_token: token,
    matrix_server_name: server,
  }: { readonly access_token: string; readonly matrix_server_name: string },
): Promise<string> {
  if (server !== serverName) return getRemoteOpenIdUser(federation, { roomId, server, token });
  try {
    return await accounts.openId.userOf(token);
  } catch (error) {
    if (error instanceof MatrixError) throw unauthorized(error.message);
    throw error;
  }
}

function unauthorized(message: string): MatrixError {
  return new MatrixError(401, 'M_UNAUTHORIZED', message);
}

export const liveKitEndpoints: readonly Endpoint[] = [
  getSfuToken,
  getCallToken,
  delegateDelayedLeaveToService,
  hearLiveKit,
  getCallHealth,
];
