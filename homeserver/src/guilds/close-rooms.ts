import { MatrixError } from '../protocol/errors.ts';
import { deleteAlias, kickUser, leaveRoom, listRoom, type Room, setState } from '../rooms/index.ts';
import { JobKind, type RunningJob, UnitOfWork } from '../storage/index.ts';
import type { GuildsContext } from './context.ts';
import { childrenOf, guildOf, noSuchChannel, requireLevelFor, roomsOfGuild } from './guild-tree.ts';
import { placeChild, tellParent } from './move-channel.ts';

/** What is to be closed: the payload of the job. */
interface Closing {
  readonly guild: string;
  /** A channel or category; all of the guild without it. */
  readonly channel?: string;
}

const REASON = { guild: 'The guild was closed', channel: 'The channel was closed' } as const;

/**
 * Closes a guild: its invites are over at once; then, in the background, everybody is removed from it and its channels,
 * and they can no longer be found. What was said stays in the database until an admin purges it.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in, 403 `M_FORBIDDEN` below the level to close it
 * (that of `m.room.tombstone`).
 */
export async function closeGuild(context: GuildsContext, userId: string, guildId: string): Promise<void> {
  const guild = await guildOf(context, guildId, userId);
  requireLevelFor(guild, userId, 'm.room.tombstone', 'close this guild');
  const unit = new UnitOfWork();
  context.storage.guildInvites.removeAll(unit, guild.nid);
  const payload: Closing = { guild: guildId };
  context.storage.jobs.enqueue(unit, { kind: JobKind.CloseRooms, key: guildId, payload: { ...payload } });
  await context.storage.database.commit(unit);
}

/**
 * Closes a channel, or a category, whose channels move up into the guild.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in, or a channel that is none of its; 403 `M_FORBIDDEN`
 * below the level to change `m.space.child`.
 */
export async function closeChannel(
  context: GuildsContext,
  userId: string,
  guildId: string,
  channelId: string,
): Promise<void> {
  const guild = await guildOf(context, guildId, userId);
  requireLevelFor(guild, userId, 'm.space.child', 'close channels');
  const isOfGuild = (await roomsOfGuild(context, guild)).some(({ room }) => room.roomId === channelId);
  if (!isOfGuild) throw noSuchChannel();
  const unit = new UnitOfWork();
  const payload: Closing = { guild: guildId, channel: channelId };
  context.storage.jobs.enqueue(unit, { kind: JobKind.CloseRooms, key: channelId, payload: { ...payload } });
  await context.storage.database.commit(unit);
}

/** Does what `closeGuild` and `closeChannel` asked for; safe to repeat from any point. */
export async function closeRooms(
  context: GuildsContext,
  { payload, signal }: Pick<RunningJob, 'payload' | 'signal'>,
): Promise<void> {
  const { guild: guildId, channel: channelId } = payload as unknown as Closing;
  const guild = await context.rooms.registry.byId(guildId);
  if (guild === undefined) return;
  if (channelId !== undefined) {
    const channel = await context.rooms.registry.byId(channelId);
    if (channel !== undefined) await closeOne(context, guild, channel, signal);
    return;
  }
  const unit = new UnitOfWork();
  // Links that were made since.
  context.storage.guildInvites.removeAll(unit, guild.nid);
  await context.storage.database.commit(unit);
  const rooms = [...(await roomsOfGuild(context, guild)).map(({ room }) => room), guild];
  // Nobody comes back into a channel by being in the guild still.
  for (const room of rooms) await shutDoors(context, room);
  for (const room of rooms) await empty(context, room, REASON.guild, signal);
}

async function closeOne(
  context: GuildsContext,
  guild: Room,
  channel: Room,
  signal: AbortSignal,
): Promise<void> {
  await shutDoors(context, channel);
  if (channel.roomType === 'm.space') await moveUp(context, guild, channel);
  const spaces = [guild, ...(await roomsOfGuild(context, guild)).map(({ room }) => room)];
  for (const space of spaces) {
    if (space.content('m.space.child', channel.roomId)?.via === undefined) continue;
    const target = { roomId: space.roomId, sender: context.steward };
    await setState(context.rooms, target, 'm.space.child', channel.roomId, {});
  }
  await empty(context, channel, REASON.channel, signal);
}

/** What stands in a category stands in the guild from here on, at the end. */
async function moveUp(context: GuildsContext, guild: Room, category: Room): Promise<void> {
  const own = new Set((await roomsOfGuild(context, guild)).map(({ room }) => room));
  for (const { room } of await childrenOf(context, category)) {
    if (!own.has(room)) continue;
    const target = { roomId: category.roomId, sender: context.steward };
    await placeChild(context, guild, room.roomId, target);
    await tellParent(context, room, guild);
    await setState(context.rooms, target, 'm.space.child', room.roomId, {});
  }
}

/** Nobody finds a room any more, and nobody comes in. */
async function shutDoors(context: GuildsContext, room: Room): Promise<void> {
  if (room.membershipOf(context.steward) !== 'join') return;
  const target = { roomId: room.roomId, sender: context.steward };
  await setState(context.rooms, target, 'm.room.join_rules', '', { join_rule: 'invite' });
  await listRoom(context.rooms, context.steward, room.roomId, false);
  for (const alias of await context.storage.rooms.aliasesOf(room.nid)) {
    await tolerating(context, room, () => deleteAlias(context.rooms, context.steward, alias));
  }
}

/** Removes everybody, the steward last: as long as it is there, this can be taken up again. */
async function empty(context: GuildsContext, room: Room, reason: string, signal: AbortSignal): Promise<void> {
  if (room.membershipOf(context.steward) !== 'join') return;
  const target = { roomId: room.roomId, sender: context.steward };
  // Until it is their turn, people may let others in.
  for (let removed = 1; removed > 0; ) {
    removed = 0;
    for (const userId of [...room.members.keys()]) {
      signal.throwIfAborted();
      if (userId === context.steward || !isInside(room, userId)) continue;
      await tolerating(context, room, async () => {
        await kickUser(context.rooms, target, userId, reason);
        removed += 1;
      });
    }
    if (removed > 0) await shutDoors(context, room);
  }
  await leaveRoom(context.rooms, target);
}

function isInside(room: Room, userId: string): boolean {
  const membership = room.membershipOf(userId);
  return membership === 'join' || membership === 'invite' || membership === 'knock';
}

/** What a room's own rules refuse does not keep the rest from being closed. */
async function tolerating(context: GuildsContext, room: Room, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
    context.logger.warn('a room could not be closed whole', { room: room.roomId, error });
  }
}
