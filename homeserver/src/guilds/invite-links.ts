import { randomOpaqueId } from '../base/ids.ts';
import { forbidden, MatrixError, notFound } from '../protocol/errors.ts';
import { inviteUser, isSteward, joinRoom, powerLevelsOfRoom, type Room } from '../rooms/index.ts';
import type { GuildsContext } from './context.ts';
import type { ChannelSummary } from './create-channel.ts';
import { carryMembership } from './follow-membership.ts';
import { guildOf, roomsOfGuild } from './guild-tree.ts';

/** Letters and digits of a code: 62^10 codes cannot be guessed at the rate that the limits allow. */
const CODE_LENGTH = 10;

/** What somebody who is not a member sees of an invite. */
export interface InvitePreview {
  readonly code: string;
  readonly guild: {
    readonly guild_id: string;
    readonly name: string;
    readonly topic?: string;
    readonly avatar_url?: string;
    readonly member_count: number;
  };
  readonly inviter: { readonly user_id: string; readonly display_name?: string };
}

/**
 * Makes an invite link.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in, 403 `M_FORBIDDEN` without the level to
 * invite.
 */
export async function createInvite(
  context: GuildsContext,
  userId: string,
  guildId: string,
): Promise<{ code: string; url: string }> {
  const guild = await guildOf(context, guildId, userId);
  const levels = powerLevelsOfRoom(guild);
  if (levels.userLevel(userId) < levels.invite) throw forbidden('You may not invite people to this guild');
  const code = randomOpaqueId(CODE_LENGTH);
  await context.storage.guildInvites.add({
    code,
    guildNid: guild.nid,
    inviterNid: await context.storage.strings.intern(userId),
    createdTs: context.clock.now(),
    uses: 0,
  });
  return { code, url: `${context.publicUrl}/invite/${code}` };
}

/**
 * What an invite leads to; whoever has the code may ask.
 *
 * @throws MatrixError 404 `M_NOT_FOUND`.
 */
export async function previewInvite(context: GuildsContext, code: string): Promise<InvitePreview> {
  const { guild, inviter } = await findInvite(context, code);
  const { topic } = guild.content('m.room.topic') ?? {};
  const { url } = guild.content('m.room.avatar') ?? {};
  const profile = await context.rooms.profiles.profileOf(inviter);
  return {
    code,
    guild: {
      guild_id: guild.roomId,
      name: nameOf(guild),
      ...(typeof topic === 'string' ? { topic } : {}),
      ...(typeof url === 'string' ? { avatar_url: url } : {}),
      member_count: guild.joinedCount - 1,
    },
    inviter: {
      user_id: inviter,
      ...(profile.displayname === undefined ? {} : { display_name: profile.displayname }),
    },
  };
}

/**
 * Joins the guild that an invite leads to, and its channels. Somebody who is a member already stays one.
 *
 * @throws MatrixError 404 `M_NOT_FOUND`, 403 `M_FORBIDDEN` for somebody who is banned.
 */
export async function redeemInvite(
  context: GuildsContext,
  userId: string,
  code: string,
): Promise<{ guildId: string; channels: ChannelSummary[] }> {
  const { guild } = await findInvite(context, code);
  const membership = guild.membershipOf(userId);
  if (membership === 'ban') throw forbidden('You are banned from this guild');
  if (membership !== 'join') {
    if (membership !== 'invite') {
      const target = { roomId: guild.roomId, sender: context.steward };
      await inviteUser(context.rooms, target, userId, { isAskedFor: true });
    }
    await joinRoom(context.rooms, userId, guild.roomId);
    await context.storage.guildInvites.countUse(code);
  }
  await carryMembership(context, { guild: guild.roomId, user: userId });
  const channels = (await roomsOfGuild(context, guild)).filter(
    ({ room }) => room.roomType !== 'm.space' && room.membershipOf(userId) === 'join',
  );
  return {
    guildId: guild.roomId,
    channels: channels.map(({ room }) => ({ room_id: room.roomId, name: nameOf(room) })),
  };
}

/** Who made an invite that holds; undefined for a code that does not. */
export async function inviterOf(context: GuildsContext, code: string): Promise<string | undefined> {
  try {
    return (await findInvite(context, code)).inviter;
  } catch (error) {
    if (error instanceof MatrixError) return undefined;
    throw error;
  }
}

/** An invite holds as long as its guild is here and who made it is in the guild. */
async function findInvite(context: GuildsContext, code: string): Promise<{ guild: Room; inviter: string }> {
  const row = await context.storage.guildInvites.byCode(code);
  const guild = row === undefined ? undefined : await context.rooms.registry.byNid(row.guildNid);
  if (row === undefined || guild === undefined) throw notFound('This invite does not exist, or no longer');
  const inviter = await context.storage.strings.valueOf(row.inviterNid);
  if (guild.membershipOf(inviter) !== 'join' || isSteward(inviter)) {
    throw notFound('This invite does not exist, or no longer');
  }
  return { guild, inviter };
}

function nameOf(room: Room): string {
  const { name } = room.content('m.room.name') ?? {};
  return typeof name === 'string' ? name : 'Unnamed';
}
