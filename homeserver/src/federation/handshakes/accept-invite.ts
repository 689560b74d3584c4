import type { JsonObject } from '../../protocol/canonical-json.ts';
import { badJson, invalidParam, MatrixError, missingParam } from '../../protocol/errors.ts';
import { roomIdOfCreate } from '../../protocol/hashing.ts';
import { domainOf, type EventId, type RoomId, type ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import { type RoomVersionRules, roomVersionRules } from '../../protocol/room-versions.ts';
import { pduFromWire, pduToWire } from '../../protocol/wire.ts';
import { checkForm, checkOrigin, receiveMembership, requireInvitable } from '../../rooms/index.ts';
import { coSign } from '../co-sign.ts';
import type { FederationContext } from '../context.ts';
import { requireMemberEvent } from './member-event.ts';

/** An invite of a user of this server, which this server has to sign. */
export interface InviteRequest {
  readonly origin: ServerName;
  readonly roomId: RoomId;
  /** As the path names it. */
  readonly eventId: EventId;
  readonly roomVersion: string;
  /** JSON as `parseJson` reads it. */
  readonly event: JsonObject;
  readonly inviteRoomState: readonly unknown[];
}

/**
 * Takes an invite, signs it, and tells the invited user.
 *
 * Source: Server-Server API v1.19, `PUT /invite/v2`.
 * @returns the event with both signatures.
 * @throws MatrixError 400 `M_INCOMPATIBLE_ROOM_VERSION`, `M_MISSING_PARAM` where the state does not show how the room was
 * created, `M_INVALID_PARAM` where that is another room; 403 `M_FORBIDDEN`, `M_INVITE_BLOCKED`; and as
 * `receiveMembership`.
 */
export async function acceptInvite(
  context: FederationContext,
  { origin, roomId, eventId, roomVersion, event: json, inviteRoomState }: InviteRequest,
): Promise<JsonObject> {
  const { rooms, keyring, serverName } = context;
  const rules = roomVersionRules(roomVersion);
  if (rules === undefined) {
    const fields = { room_version: roomVersion };
    throw new MatrixError(
      400,
      'M_INCOMPATIBLE_ROOM_VERSION',
      'This server does not know the version',
      fields,
    );
  }
  const formed = checkForm(json, { roomId, rules, createEvent: undefined });
  const userId = requireMemberEvent(formed, { origin, eventId, membership: 'invite' });
  if (domainOf(userId) !== serverName) throw badJson(`${userId} is not a user of this server`);
  requireCreateEvent(inviteRoomState, roomId, rules);
  await requireInvitable(rooms, formed.pdu.sender, userId);
  const { pdu } = await checkOrigin(
    { signingKeys: keyring },
    { roomId, rules, createEvent: undefined },
    formed,
  );
  const signed = pduToWire(coSign(context, pdu, rules), rules);
  const intake = { ...rooms, signingKeys: keyring };
  await receiveMembership(intake, { roomId, roomVersion, event: signed, strippedState: inviteRoomState });
  return signed;
}

/**
 * From version 12 on, the create event shows that it is this room. Synapse sends stripped state, where that cannot be
 * seen; it is not refused for it.
 *
 * Source: Server-Server API v1.19, `PUT /invite/v2`, `invite_room_state`; MSC4311.
 */
function requireCreateEvent(state: readonly unknown[], roomId: RoomId, rules: RoomVersionRules): void {
  if (!rules.roomIdIsCreateHash) return;
  const create = state.find((event) => ownValue(event, 'type') === 'm.room.create');
  if (create === undefined) throw missingParam('invite_room_state lacks the create event');
  if (!isJsonObject(create) || create.hashes === undefined) return;
  if (roomIdOfCreate(pduFromWire(create, rules), rules) === roomId) return;
  throw invalidParam('The create event in invite_room_state is of another room');
}
