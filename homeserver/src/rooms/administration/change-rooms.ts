import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { domainOf, isUserId } from '../../protocol/identifiers.ts';
import { changeRoom } from '../change-room.ts';
import { inviteUser } from '../commands/invite.ts';
import { joinRoom } from '../commands/join.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { powerLevelsOfRoom } from '../room-access.ts';

/** What somebody gets from creators, whose own level is without end. */
const LEVEL_OF_ADMINS = 100;

/**
 * Takes a local user into a room, with the leave of an admin who is in it if the room is not open.
 *
 * Source: Synapse's admin API, "Edit Room Membership API".
 * @returns the room's ID.
 * @throws MatrixError as joining and inviting; 400 `M_INVALID_PARAM` for a user of another server.
 */
export async function joinForAdmins(
  context: RoomsContext,
  admin: string,
  room: Room,
  userId: string,
): Promise<string> {
  if (domainOf(userId) !== context.serverName) throw invalidParam('This is no user of this server');
  const isOpen = room.content('m.room.join_rules')?.join_rule === 'public';
  const isInvited = room.membershipOf(userId) === 'invite' || room.membershipOf(userId) === 'join';
  if (!isOpen && !isInvited) await inviteUser(context, { roomId: room.roomId, sender: admin }, userId);
  await joinRoom(context, userId, room.roomId);
  return room.roomId;
}

/**
 * Gives somebody the highest level of a room, in the name of a local member who has it, and invites them if they are
 * not there and cannot come in by themselves.
 *
 * Source: Synapse's admin API, "Make Room Admin API".
 * @throws MatrixError 404 `M_NOT_FOUND`; 400 `M_UNKNOWN`, as Synapse, if no local member may.
 */
export async function makeRoomAdmin(context: RoomsContext, room: Room, userId: string): Promise<void> {
  if (!isUserId(userId)) throw invalidParam(`${userId} is not a user ID`);
  const levels = powerLevelsOfRoom(room);
  const sender = await strongestMember(context, room);
  const content = room.content('m.room.power_levels');
  if (sender === undefined || content === undefined) throw nobodyMay();
  const highest = levels.userLevel(sender);
  const users = {
    ...(content.users as JsonObject | undefined),
    [userId]: Number.isFinite(highest) ? highest : LEVEL_OF_ADMINS,
  };
  try {
    await changeRoom(context, room, (chain) =>
      chain.appendState({
        type: 'm.room.power_levels',
        sender,
        stateKey: '',
        content: { ...content, users },
      }),
    );
  } catch (error) {
    throw error instanceof MatrixError && error.errcode === 'M_FORBIDDEN' ? nobodyMay() : error;
  }
  const membership = room.membershipOf(userId);
  if (membership === 'join' || membership === 'invite') return;
  if (room.content('m.room.join_rules')?.join_rule === 'public') return;
  await inviteUser(context, { roomId: room.roomId, sender }, userId);
}

/** The local member with the highest level; undefined if nobody of this server is joined. */
export async function strongestMember({ storage }: RoomsContext, room: Room): Promise<string | undefined> {
  const levels = powerLevelsOfRoom(room);
  const members = await storage.strings.valuesOf([...room.localJoined]);
  const [strongest] = [...members.values()].toSorted(
    (one, other) => levels.userLevel(other) - levels.userLevel(one),
  );
  return strongest;
}

function nobodyMay(): MatrixError {
  return new MatrixError(400, 'M_UNKNOWN', 'No local member of this room may change its power levels');
}
