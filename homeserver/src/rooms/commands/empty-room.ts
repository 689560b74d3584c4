import type { JsonObject } from '../../protocol/canonical-json.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { domainOf } from '../../protocol/identifiers.ts';
import { type Membership, type RunningJob, UnitOfWork } from '../../storage/index.ts';
import { changeRoom } from '../change-room.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';
import { isSteward } from '../steward.ts';
import { createRoom } from './create-room.ts';
import { joinRoom } from './join.ts';
import { forgetRoom, leaveRoom } from './leave.ts';

/** A room for those who have to leave one. */
export interface SuccessorRequest {
  /** A local user. */
  readonly creator: string;
  readonly name: string;
  /** What it says there. */
  readonly message: string;
}

/** Whom emptying a room concerns: saved in its job before anybody leaves. */
export interface Emptied {
  /** The local users who had to leave. */
  readonly members: readonly string[];
  /** Those who were in, and so go to the new room. */
  readonly joined: readonly string[];
  /** Aliases that lead to the new room now. */
  readonly aliases: readonly string[];
  readonly successorId?: string;
  /** Those who could not be made to leave; there once all have been asked. */
  readonly failed?: readonly string[];
}

/**
 * Makes the local users leave a room, invites and knocks taken back. With a successor they join that, and the room's
 * aliases lead there.
 */
export async function emptyRoom(
  context: RoomsContext,
  job: RunningJob,
  room: Room,
  { successor, forget }: { successor: SuccessorRequest | undefined; forget: boolean },
): Promise<void> {
  const emptied = await beginEmptying(context, job, room, successor);
  if (emptied.failed !== undefined) return;
  for (const userId of emptied.members) {
    job.signal.throwIfAborted();
    const target = { roomId: room.roomId, sender: userId };
    await tolerating(context, room, userId, async () => {
      await leaveRoom(context, target);
      if (forget) await forgetRoom(context, target);
      if (emptied.successorId !== undefined && emptied.joined.includes(userId)) {
        await joinRoom(context, userId, emptied.successorId);
      }
    });
  }
  const unit = new UnitOfWork();
  const failed = emptied.members.filter((userId) => isInside(room.membershipOf(userId)));
  job.saveIn(unit, { ...job.payload, failed });
  await context.storage.database.commit(unit);
}

function isInside(membership: Membership | undefined): boolean {
  return membership === 'join' || membership === 'invite' || membership === 'knock';
}

/** Finds, or reads from the job, who has to leave; makes the new room. */
async function beginEmptying(
  context: RoomsContext,
  job: RunningJob,
  room: Room,
  successor: SuccessorRequest | undefined,
): Promise<Emptied> {
  const saved = job.payload as Partial<Emptied>;
  if (saved.members !== undefined) return saved as Emptied;
  const { database, rooms } = context.storage;
  const local = [...room.members].filter(([userId]) => domainOf(userId) === context.serverName);
  const inside = local.filter(([, { membership }]) => isInside(membership));
  const joined = inside.filter(([userId, { membership }]) => membership === 'join' && !isSteward(userId));
  const successorId = successor && (await createSuccessor(context, successor));
  const aliases = successorId === undefined ? [] : await rooms.aliasesOf(room.nid);
  const unit = new UnitOfWork();
  const successorRoom = successorId === undefined ? undefined : await context.registry.byId(successorId);
  if (successorRoom !== undefined)
    for (const alias of aliases) rooms.moveAlias(unit, alias, successorRoom.nid);
  const emptied = {
    members: inside.map(([userId]) => userId),
    joined: joined.map(([userId]) => userId),
    aliases,
    ...(successorId === undefined ? {} : { successorId }),
  };
  job.saveIn(unit, { ...job.payload, ...emptied });
  await database.commit(unit);
  return emptied;
}

/** A public room in which nobody but its creator may speak, as Synapse makes it. */
async function createSuccessor(
  context: RoomsContext,
  { creator, name, message }: SuccessorRequest,
): Promise<string> {
  const roomId = await createRoom(context, creator, {
    preset: 'public_chat',
    name,
    powerLevelOverride: { users_default: -10 },
  });
  const room = await context.registry.byId(roomId);
  const content: JsonObject = { msgtype: 'm.text', body: message };
  if (room !== undefined) {
    await changeRoom(context, room, (chain) =>
      chain.append({ type: 'm.room.message', sender: creator, content }),
    );
  }
  return roomId;
}

async function tolerating(
  context: RoomsContext,
  room: Room,
  userId: string,
  change: () => Promise<void>,
): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    context.logger.warn('a user could not be moved out of a room', { room: room.roomId, userId, error });
  }
}
