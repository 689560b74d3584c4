import type { JsonObject } from '../../protocol/canonical-json.ts';
import { badJson, forbidden, MatrixError, tooLarge } from '../../protocol/errors.ts';
import { domainOf, isRoomId, isUserId, type RoomId, type ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import { inviteUser, roomForServer } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { inviteElsewhere } from '../joining/invite-elsewhere.ts';

const MOST_INVITES = 20;

/**
 * Turns an invite of a mail address, say, into one of the user that the address belongs to: a user of the server that
 * asks, whom a user of this server has invited. Whether the proof holds is for the room's rules.
 *
 * Source: Server-Server API v1.19, `PUT /exchange_third_party_invite`.
 * @param json the event as far as the other server can tell.
 * @throws MatrixError 400 `M_BAD_JSON`; 403 `M_FORBIDDEN` for users of other servers, and for what the room does not
 * allow.
 */
export async function exchangeThirdPartyInvite(
  context: FederationContext,
  origin: ServerName,
  roomId: RoomId,
  json: JsonObject,
): Promise<void> {
  const { type, room_id: named, sender, state_key: userId, content } = json;
  const thirdParty = ownValue(content, 'third_party_invite');
  const isInvite = type === 'm.room.member' && ownValue(content, 'membership') === 'invite';
  if (!isInvite || named !== roomId || !isJsonObject(thirdParty))
    throw badJson('The event is no such invite');
  if (!isUserId(userId) || domainOf(userId) !== origin) throw forbidden(`The user is not of ${origin}`);
  if (!isUserId(sender) || domainOf(sender) !== context.serverName)
    throw forbidden('The sender is not of here');
  await roomForServer(context.rooms, roomId, origin);
  const invite = { membership: 'invite', third_party_invite: thirdParty };
  await inviteElsewhere(context, { roomId, sender, userId, content: invite });
}

/**
 * An identity server says that an address belongs to a user of this server now, who was invited by it before: those who
 * did are told, and invite the user.
 *
 * Source: Server-Server API v1.19, `PUT /3pid/onbind`; as with Synapse, what does not come about is logged and no error.
 * @throws MatrixError 400 `M_BAD_JSON` for no user of this server; 413 `M_TOO_LARGE`.
 */
export async function redeemThirdPartyInvites(
  context: FederationContext,
  userId: string,
  invites: readonly unknown[],
): Promise<void> {
  if (invites.length > MOST_INVITES)
    throw tooLarge(`At most ${MOST_INVITES} invites can be redeemed at once`);
  if (domainOf(userId) !== context.serverName || !(await context.rooms.profiles.exists(userId))) {
    throw badJson(`${userId} is not a user of this server`);
  }
  for (const invite of invites) {
    try {
      await redeem(context, userId, invite);
    } catch (error) {
      if (!(error instanceof MatrixError || error instanceof FederationError)) throw error;
      context.logger.info('an invite of an address was not redeemed', { userId, reason: error.message });
    }
  }
}

async function redeem(context: FederationContext, userId: string, invite: unknown): Promise<void> {
  const [roomId, sender, signed] = ['room_id', 'sender', 'signed'].map((key) => ownValue(invite, key));
  if (!isRoomId(roomId) || !isUserId(sender) || !isJsonObject(signed)) throw badJson('The invite is none');
  if (signed.mxid !== userId) throw badJson('The invite is for another user');
  const thirdParty = { signed };
  const server = domainOf(sender);
  if (server === context.serverName) {
    await inviteUser(context.rooms, { roomId, sender }, userId, {
      content: { third_party_invite: thirdParty },
    });
    return;
  }
  await context.client.request({
    destination: server,
    method: 'PUT',
    path: `/_matrix/federation/v1/exchange_third_party_invite/${encodeURIComponent(roomId)}`,
    body: {
      type: 'm.room.member',
      room_id: roomId,
      sender,
      state_key: userId,
      content: { membership: 'invite', third_party_invite: thirdParty },
    },
  });
}
