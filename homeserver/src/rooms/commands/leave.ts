import type { JsonObject } from '../../protocol/canonical-json.ts';
import { forbidden, invalidParam, MatrixError } from '../../protocol/errors.ts';
import { isUserId } from '../../protocol/identifiers.ts';
import { UnitOfWork } from '../../storage/index.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import { untilComplete } from '../full-state.ts';
import { isOutOfBand, leaveOutOfBand } from '../intake/out-of-band.ts';
import type { Room } from '../room.ts';
import { existingRoom, findRoom, joinedRoom, notInRoom } from '../room-access.ts';
import { badState } from './bans.ts';
import { serversToAsk } from './join.ts';
import type { SendTarget } from './send-event.ts';

/**
 * Leaves a room, or turns an invite down.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/leave`.
 * @throws MatrixError 404 `M_NOT_FOUND` for a room that is not here, as Synapse; 403 `M_FORBIDDEN`.
 */
export async function leaveRoom(
  context: RoomsContext,
  { roomId, sender, originServerTs }: SendTarget,
  reason?: string,
): Promise<string> {
  const room = await findRoom(context, roomId, (found) => found.membershipOf(sender) !== undefined);
  if (room === undefined) {
    await existingRoom(context, roomId);
    throw notInRoom();
  }
  if (await isOutOfBand(context, room, sender)) return leaveElsewhere(context, room, sender, reason);
  return changeRoom(context, room, async (chain) => {
    const before = await chain.stateEvent('m.room.member', sender);
    // Leaving twice is no error: a client that missed the first answer asks again.
    if (before?.pdu.content.membership === 'leave') return before.eventId;
    const event = await chain.append({
      ...membershipDraft('leave', sender, sender, reason),
      originServerTs,
    });
    return event.eventId;
  });
}

/** Turns an invite down, or takes a knock back, where this server is not in the room: here in any case. */
async function leaveElsewhere(
  context: RoomsContext,
  room: Room,
  userId: string,
  reason: string | undefined,
): Promise<string> {
  const { roomId } = room;
  const servers = await serversToAsk(context, room, userId, { roomId, servers: [] });
  const membership = room.membershipOf(userId);
  if (servers.length > 0 && (membership === 'invite' || membership === 'knock')) {
    const content = { membership: 'leave', ...(reason === undefined ? {} : { reason }) };
    try {
      const eventId = await context.otherServers?.leave({ roomId, userId, servers, content });
      if (eventId !== undefined) return eventId;
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      context.logger.info('no server of a room took a leave', { roomId, userId, error });
    }
  }
  return leaveOutOfBand(context, { roomId, sender: userId }, reason);
}

/**
 * Removes somebody from a room, or takes an invite back.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/kick`.
 * @throws MatrixError 403 `M_FORBIDDEN`, also for somebody who is not in the room; 403 `M_BAD_STATE`, as Synapse, for
 * somebody who is banned.
 */
export async function kickUser(
  context: RoomsContext,
  target: SendTarget,
  userId: string,
  reason?: string,
): Promise<string> {
  return moderate(context, target, userId, 'leave', reason, (membership) => {
    if (membership === 'join' || membership === 'invite' || membership === 'knock') return;
    if (membership === 'ban') throw badState(`${userId} is banned; lift the ban instead`);
    throw forbidden(`${userId} is not in this room`);
  });
}

/**
 * Bans somebody, who need not be in the room.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/ban`.
 */
export async function banUser(
  context: RoomsContext,
  target: SendTarget,
  userId: string,
  reason?: string,
): Promise<string> {
  return moderate(context, target, userId, 'ban', reason, () => undefined);
}

/**
 * Lifts a ban.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/unban`.
 * @throws MatrixError 403 `M_FORBIDDEN`, `M_BAD_STATE` for somebody who is not banned.
 */
export async function unbanUser(
  context: RoomsContext,
  target: SendTarget,
  userId: string,
  reason?: string,
): Promise<string> {
  return moderate(context, target, userId, 'leave', reason, (membership) => {
    if (membership !== 'ban') throw badState(`${userId} is not banned here`);
  });
}

/**
 * Forgets a room that was left, so that it no longer shows in the user's lists.
 *
 * Source: Client-Server API v1.19, `POST /rooms/{roomId}/forget`; as Synapse, what nobody knew is forgotten already.
 * @throws MatrixError 400 `M_UNKNOWN` for a room that the user is still in.
 */
export async function forgetRoom(context: RoomsContext, { roomId, sender }: SendTarget): Promise<void> {
  const room = await findRoom(context, roomId, (found) => found.membershipOf(sender) !== undefined);
  if (room === undefined) return;
  // In the room's queue, so that nobody who joins meanwhile is told that they never were there.
  await room.queue.run(async () => {
    const member = room.members.get(sender);
    if (member === undefined || (member.membership !== 'leave' && member.membership !== 'ban')) {
      throw new MatrixError(400, 'M_UNKNOWN', 'Leave the room first, then forget it');
    }
    const unit = new UnitOfWork();
    context.storage.rooms.setForgotten(unit, room.nid, member.userNid);
    await context.storage.database.commit(unit);
  });
}

async function moderate(
  context: RoomsContext,
  { roomId, sender, originServerTs }: SendTarget,
  userId: string,
  membership: 'leave' | 'ban',
  reason: string | undefined,
  check: (before: unknown) => void,
): Promise<string> {
  if (!isUserId(userId)) throw invalidParam(`${userId} is not a user ID`);
  const room = await joinedRoom(context, roomId, sender);
  await untilComplete(context, room);
  return changeRoom(context, room, async (chain) => {
    const before = await chain.stateEvent('m.room.member', userId);
    check(before?.pdu.content.membership);
    const draft = { ...membershipDraft(membership, sender, userId, reason), originServerTs };
    const event = await chain.appendState(draft);
    return event.eventId;
  });
}

/** Without a name, as Synapse does it: the event says what the user was called before in `unsigned.prev_content`. */
function membershipDraft(
  membership: 'leave' | 'ban',
  sender: string,
  userId: string,
  reason: string | undefined,
) {
  const content: JsonObject = { membership, ...(reason === undefined ? {} : { reason }) };
  return { type: 'm.room.member', sender, stateKey: userId, content };
}
