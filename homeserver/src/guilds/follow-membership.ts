import { MatrixError } from '../protocol/errors.ts';
import { domainOf } from '../protocol/identifiers.ts';
import { banUser, isSteward, joinRoom, kickUser, unbanUser } from '../rooms/index.ts';
import { JobKind, LogKind, type LogRow, type UnitOfWork } from '../storage/index.ts';
import type { GuildsContext } from './context.ts';
import { isGuild, roomsOfGuild } from './guild-tree.ts';

/** Whose membership of a guild is to be carried into its channels: the payload of the job. */
export interface ChangedMembership {
  readonly guild: string;
  readonly user: string;
}

/**
 * Notes whose membership of a guild has changed, whoever changed it and from whichever client: who joins the guild
 * joins its channels, who leaves or is removed leaves them, a ban and its end hold in all.
 *
 * @param rows rows of the log, in order.
 */
export async function followMemberships(
  context: GuildsContext,
  rows: readonly LogRow[],
  unit: UnitOfWork,
): Promise<void> {
  for (const { kind, room: roomNid, user: userNid } of rows) {
    if (userNid === undefined || (kind !== LogKind.Event && kind !== LogKind.StateMove)) continue;
    const guild = await context.rooms.registry.byNid(roomNid ?? 0);
    if (guild === undefined || !isGuild(context, guild)) continue;
    const user = await context.storage.strings.valueOf(userNid);
    if (isSteward(user)) continue;
    const payload: ChangedMembership = { guild: guild.roomId, user };
    const key = `${guild.nid} ${userNid}`;
    context.storage.jobs.enqueue(unit, { kind: JobKind.CarryMembership, key, payload: { ...payload } });
  }
}

/**
 * Brings a user's membership of every channel in line with that of the guild; safe to repeat.
 * @throws if the server fails at it; not for what rooms refuse.
 */
export async function carryMembership(
  context: GuildsContext,
  { guild: guildId, user: userId }: ChangedMembership,
): Promise<void> {
  const guild = await context.rooms.registry.byId(guildId);
  if (guild === undefined) return;
  // Only their own server can let others join; who is a member may.
  const isOurs = domainOf(userId) === context.serverName;
  for (const { room } of await roomsOfGuild(context, guild)) {
    const target = { roomId: room.roomId, sender: context.steward };
    const [wanted, actual] = [guild.membershipOf(userId), room.membershipOf(userId)];
    await tolerating(context, async () => {
      if (wanted === 'join' && actual === 'ban') await unbanUser(context.rooms, target, userId);
      if (wanted === 'join' && actual !== 'join' && isOurs) await joinChannel(context, userId, room.roomId);
      if (wanted === 'ban' && actual !== 'ban') await banUser(context.rooms, target, userId);
      if (wanted === 'leave' && actual === 'ban') await unbanUser(context.rooms, target, userId);
      if (wanted === 'leave' && (actual === 'join' || actual === 'invite')) {
        await kickUser(context.rooms, target, userId, 'Left the guild');
      }
    });
  }
}

/** Joins a member of the guild to one of its channels. */
export async function joinChannel(context: GuildsContext, userId: string, roomId: string): Promise<void> {
  await tolerating(context, () => joinRoom(context.rooms, userId, roomId));
}

/** A channel whose own rules refuse (it was made private, say) keeps them; the others follow all the same. */
async function tolerating(context: GuildsContext, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    context.logger.info('channel keeps its members', { reason: error.message });
  }
}
