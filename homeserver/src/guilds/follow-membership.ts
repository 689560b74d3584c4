import { MatrixError } from '../protocol/errors.ts';
import { banUser, isSteward, joinRoom, kickUser, type Room, unbanUser } from '../rooms/index.ts';
import { LogKind, type LogRow } from '../storage/index.ts';
import type { GuildsContext } from './context.ts';
import { isGuild, roomsOfGuild } from './guild-tree.ts';

/**
 * Carries memberships of a guild into its channels: who joins the guild joins them, who leaves or is removed leaves
 * them, a ban and its end hold in all. It runs after the change of the guild itself was committed, whoever made it,
 * from whichever client, in the process that made it.
 */
export function followMemberships(context: GuildsContext): void {
  context.storage.database.onCommitted((rows, origin) => {
    if (origin === 'elsewhere') return;
    for (const row of rows) {
      if (row.user === undefined || (row.kind !== LogKind.Event && row.kind !== LogKind.StateMove)) continue;
      const guild = guildOfRow(context, row);
      if (guild !== undefined) {
        followOne(context, guild, row.user).catch((error: unknown) => {
          context.logger.error('guild membership not carried into channels', { guild: guild.roomId, error });
        });
      }
    }
  });
}

/** Only rooms in memory: a room that was just written to is there. */
function guildOfRow(context: GuildsContext, row: LogRow): Room | undefined {
  const room = context.rooms.registry.loaded(row.room ?? 0);
  return room !== undefined && isGuild(context, room) ? room : undefined;
}

async function followOne(context: GuildsContext, guild: Room, userNid: number): Promise<void> {
  const userId = await context.storage.strings.valueOf(userNid);
  if (!isSteward(userId)) await carryMembership(context, guild, userId);
}

/** Brings a user's membership of every channel in line with that of the guild; safe to repeat. */
export async function carryMembership(context: GuildsContext, guild: Room, userId: string): Promise<void> {
  for (const { room } of await roomsOfGuild(context, guild)) {
    const target = { roomId: room.roomId, sender: context.steward };
    const [wanted, actual] = [guild.membershipOf(userId), room.membershipOf(userId)];
    await tolerating(context, async () => {
      if (wanted === 'join' && actual === 'ban') await unbanUser(context.rooms, target, userId);
      if (wanted === 'join' && actual !== 'join') await joinChannel(context, userId, room.roomId);
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
