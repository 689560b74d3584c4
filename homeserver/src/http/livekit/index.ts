import { badJson, MatrixError } from '../../protocol/errors.ts';
import { customEndpoint, type Endpoint } from '../endpoint.ts';
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
/** Asks that the service watch over the member's leaving. */
const DELAY = { delay_id: { type: 'string' } } as const;

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
    refuseWatching(body.delay_id);
    const userId = await userOf(services, body.openid_token);
    takeFromLimit('callToken', userId);
    const member = { generation: 'state', deviceId: body.device_id } as const;
    return services.callTokens.issue({ userId, roomId: body.room, member });
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
      properties: {
        room_id: NAME,
        slot_id: NAME,
        openid_token: OPENID_TOKEN,
        member: {
          type: 'object',
          properties: { id: NAME, claimed_user_id: NAME, claimed_device_id: NAME },
          required: ['id', 'claimed_user_id', 'claimed_device_id'],
        },
        ...DELAY,
      },
      required: ['room_id', 'slot_id', 'openid_token', 'member'],
    },
  },
  async ({ body, services, takeFromLimit }) => {
    refuseWatching(body.delay_id);
    const userId = await userOf(services, body.openid_token);
    takeFromLimit('callToken', userId);
    const { id: memberId, claimed_user_id: claimed, claimed_device_id: deviceId } = body.member;
    if (claimed !== userId) throw unauthorized('The token is of somebody else');
    const member = { generation: 'sticky', memberId, deviceId } as const;
    return services.callTokens.issue({ userId, roomId: body.room_id, slotId: body.slot_id, member });
  },
);

/** Whether the service is there, as those who look after it ask. */
const getCallHealth = customEndpoint(
  { name: 'getCallHealth', method: 'GET', path: `${PATH}/healthz`, auth: 'none' },
  () => ({}),
);

/** Clients that are told so ask again without, and watch over their leaving themselves. */
function refuseWatching(delayId: string | undefined): void {
  if (delayId !== undefined) throw badJson('This service does not send delayed events for clients');
}

async function userOf(
  { accounts, serverName }: Services,
  token: { readonly access_token: string; readonly matrix_server_name: string },
): Promise<string> {
  if (token.matrix_server_name !== serverName) {
    throw unauthorized('Only tokens of this server are taken here');
  }
  try {
    return await accounts.openId.userOf(token.access_token);
  } catch (error) {
    if (error instanceof MatrixError) throw unauthorized(error.message);
    throw error;
  }
}

function unauthorized(message: string): MatrixError {
  return new MatrixError(401, 'M_UNAUTHORIZED', message);
}

export const liveKitEndpoints: readonly Endpoint[] = [getSfuToken, getCallToken, getCallHealth];
