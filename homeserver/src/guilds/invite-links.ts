import { randomOpaqueId } from '../base/ids.ts';
import { KeyedQueue } from '../base/keyed-queue.ts';
import { forbidden, MatrixError, notFound } from '../protocol/errors.ts';
import { parseMxcUri } from '../protocol/identifiers.ts';
import { inviteUser, isSteward, joinRoom, powerLevelsOfRoom, type Room } from '../rooms/index.ts';
import type { GuildInviteRow } from '../storage/index.ts';
import type { GuildsContext } from './context.ts';
import type { ChannelSummary } from './create-channel.ts';
import { carryMembership } from './follow-membership.ts';
import { guildOf, roomsOfGuild } from './guild-tree.ts';

/** Letters and digits of a code: 62^10 codes cannot be guessed at the rate that the limits allow. */
const CODE_LENGTH = 10;

/** How many invites a guild may have at a time. */
const MOST_INVITES = 1000;
/** With so many, those that are over are forgotten at once. */
const MOST_REMEMBERED = 2 * MOST_INVITES;

/** How long whoever has a code that is over is told why, rather than that there is none; unless there are too many. */
const REMEMBERED_MS = 30 * 24 * 60 * 60 * 1000;

/** Who asks twice at the same moment comes in once, and counts once. */
const redeeming = new KeyedQueue();

/** How long and how often an invite can be used; for ever and by anybody unless it says so. */
export interface InviteLimits {
  /** In milliseconds from now. */
  readonly expiresIn?: number | undefined;
  readonly maxUses?: number | undefined;
}

/** Somebody who made an invite. */
interface Inviter {
  readonly user_id: string;
  readonly display_name?: string;
}

/** An invite, as those who look after a guild see it. */
export interface InviteDetails {
  readonly code: string;
  readonly url: string;
  readonly inviter: Inviter;
  readonly created_ts: number;
  readonly uses: number;
  readonly expires_ts?: number;
  readonly max_uses?: number;
}

/** What somebody who is not a member sees of an invite. */
export interface InvitePreview {
  readonly code: string;
  readonly guild: {
    readonly guild_id: string;
    readonly name: string;
    readonly topic?: string;
    readonly avatar_url?: string;
    /** Whether `pictureOfInvite` has it for those who have no account yet. */
    readonly has_picture: boolean;
    readonly member_count: number;
  };
  readonly inviter: Inviter;
  readonly expires_ts?: number;
}

/**
 * Makes an invite link. Who asks for one without limits and has made one already gets that one.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in, 403 `M_FORBIDDEN` without the level to
 * invite, 400 `M_RESOURCE_LIMIT_EXCEEDED` for a guild that has too many.
 */
export async function createInvite(
  context: GuildsContext,
  userId: string,
  guildId: string,
  { expiresIn, maxUses }: InviteLimits,
): Promise<InviteDetails> {
  const guild = await guildOf(context, guildId, userId);
  const levels = powerLevelsOfRoom(guild);
  if (levels.userLevel(userId) < levels.invite) throw forbidden('You may not invite people to this guild');
  const inviterNid = await context.storage.strings.intern(userId);
  const now = context.clock.now();
  const existing = await context.storage.guildInvites.ofGuild(guild.nid);
  const endless = existing.find((row) => {
    return row.inviterNid === inviterNid && row.expiresTs === null && row.maxUses === null;
  });
  if (endless !== undefined && expiresIn === undefined && maxUses === undefined) {
    return describeInvite(context, endless);
  }
  if (existing.filter((row) => overBy(row, now) === undefined).length >= MOST_INVITES) {
    throw new MatrixError(
      400,
      'M_RESOURCE_LIMIT_EXCEEDED',
      `A guild can have ${MOST_INVITES} invites: revoke some that are not needed`,
    );
  }
  const row: GuildInviteRow = {
    code: randomOpaqueId(CODE_LENGTH),
    guildNid: guild.nid,
    inviterNid,
    createdTs: now,
    uses: 0,
    expiresTs: expiresIn === undefined ? null : now + expiresIn,
    maxUses: maxUses ?? null,
  };
  const forgottenBefore = existing.length < MOST_REMEMBERED ? now - REMEMBERED_MS : now;
  await context.storage.guildInvites.add(row, forgottenBefore);
  return describeInvite(context, row);
}

/**
 * The invites to a guild that hold, the newest first: one's own, and those of everybody for those who may remove people.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in.
 */
export async function listInvites(
  context: GuildsContext,
  userId: string,
  guildId: string,
): Promise<InviteDetails[]> {
  const guild = await guildOf(context, guildId, userId);
  const listed: InviteDetails[] = [];
  for (const row of await context.storage.guildInvites.ofGuild(guild.nid)) {
    if (overBy(row, context.clock.now()) !== undefined) continue;
    const invite = await describeInvite(context, row);
    const inviter = invite.inviter.user_id;
    if (inviter !== userId && !mayManageInvites(guild, userId)) continue;
    if (guild.membershipOf(inviter) === 'join') listed.push(invite);
  }
  return listed;
}

/**
 * Takes an invite back: one's own, or anybody's for those who may remove people.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in or a code that is none of its, 403 `M_FORBIDDEN`.
 */
export async function revokeInvite(
  context: GuildsContext,
  userId: string,
  guildId: string,
  code: string,
): Promise<void> {
  const guild = await guildOf(context, guildId, userId);
  const row = await context.storage.guildInvites.byCode(code);
  if (row?.guildNid !== guild.nid) throw noSuchInvite();
  const inviter = await context.storage.strings.valueOf(row.inviterNid);
  if (inviter !== userId && !mayManageInvites(guild, userId)) {
    throw forbidden('Only who made an invite, or may remove people from the guild, can take it back');
  }
  await context.storage.guildInvites.remove(code);
}

/**
 * What an invite leads to; whoever has the code may ask.
 *
 * @throws MatrixError 404 `M_NOT_FOUND`, with `reason` `expired` or `used_up` for one that was over by itself.
 */
export async function previewInvite(context: GuildsContext, code: string): Promise<InvitePreview> {
  const { guild, inviter, row } = await findInvite(context, code);
  const { topic } = guild.content('m.room.topic') ?? {};
  const { url } = guild.content('m.room.avatar') ?? {};
  return {
    code,
    guild: {
      guild_id: guild.roomId,
      name: nameOf(guild),
      ...(typeof topic === 'string' ? { topic } : {}),
      ...(typeof url === 'string' ? { avatar_url: url } : {}),
      has_picture: ownPictureOf(context, guild) !== undefined,
      member_count: guild.joinedCount - 1,
    },
    inviter: await describeInviter(context, inviter),
    ...(row.expiresTs === null ? {} : { expires_ts: row.expiresTs }),
  };
}

/**
 * The media ID of the picture of the guild that an invite leads to, which is on this server.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` as `previewInvite`, and where there is no picture or another server has it.
 */
export async function pictureOfInvite(context: GuildsContext, code: string): Promise<string> {
  const { guild } = await findInvite(context, code);
  const mediaId = ownPictureOf(context, guild);
  if (mediaId === undefined) throw notFound('This guild has no picture here');
  return mediaId;
}

/**
 * Joins the guild that an invite leads to, and its channels. Somebody who is a member already stays one.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` as `previewInvite`, 403 `M_FORBIDDEN` for somebody who is banned.
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
    await redeeming.run(`${guild.roomId} ${userId}`, () => useInvite(context, guild, userId, code));
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

async function useInvite(context: GuildsContext, guild: Room, userId: string, code: string): Promise<void> {
  if (guild.membershipOf(userId) === 'join') return;
  if (!(await context.storage.guildInvites.takeUse(code))) {
    // They may have used it up themselves, a moment ago, at another process.
    if (guild.membershipOf(userId) === 'join') return;
    throw inviteIsOver('used_up');
  }
  try {
    await enterGuild(context, guild, userId);
  } catch (error) {
    await context.storage.guildInvites.giveUseBack(code);
    throw error;
  }
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

async function enterGuild(context: GuildsContext, guild: Room, userId: string): Promise<void> {
  if (guild.membershipOf(userId) !== 'invite') {
    const target = { roomId: guild.roomId, sender: context.steward };
    await inviteUser(context.rooms, target, userId, { isAskedFor: true });
  }
  await joinRoom(context.rooms, userId, guild.roomId);
}

/** An invite holds as long as its guild is here, who made it is in the guild, and its own limits allow. */
async function findInvite(
  context: GuildsContext,
  code: string,
): Promise<{ guild: Room; inviter: string; row: GuildInviteRow }> {
  const row = await context.storage.guildInvites.byCode(code);
  const guild = row === undefined ? undefined : await context.rooms.registry.byNid(row.guildNid);
  if (row === undefined || guild === undefined) throw noSuchInvite();
  const inviter = await context.storage.strings.valueOf(row.inviterNid);
  if (guild.membershipOf(inviter) !== 'join' || isSteward(inviter)) throw noSuchInvite();
  const reason = overBy(row, context.clock.now());
  if (reason !== undefined) throw inviteIsOver(reason);
  return { guild, inviter, row };
}

type OverBy = 'expired' | 'used_up';

/** What has ended an invite by itself. */
function overBy({ expiresTs, maxUses, uses }: GuildInviteRow, now: number): OverBy | undefined {
  if (expiresTs !== null && expiresTs <= now) return 'expired';
  return maxUses !== null && uses >= maxUses ? 'used_up' : undefined;
}

function inviteIsOver(reason: OverBy): MatrixError {
  const words = { expired: 'This invite has expired', used_up: 'This invite was used as often as it can be' };
  return new MatrixError(404, 'M_NOT_FOUND', words[reason], { reason });
}

function noSuchInvite(): MatrixError {
  return notFound('This invite does not exist, or no longer');
}

/** Who may remove people may also say by which links they come. */
function mayManageInvites(guild: Room, userId: string): boolean {
  const levels = powerLevelsOfRoom(guild);
  return levels.userLevel(userId) >= levels.kick;
}

async function describeInvite(context: GuildsContext, row: GuildInviteRow): Promise<InviteDetails> {
  return {
    code: row.code,
    url: `${context.publicUrl}/invite/${row.code}`,
    inviter: await describeInviter(context, await context.storage.strings.valueOf(row.inviterNid)),
    created_ts: row.createdTs,
    uses: row.uses,
    ...(row.expiresTs === null ? {} : { expires_ts: row.expiresTs }),
    ...(row.maxUses === null ? {} : { max_uses: row.maxUses }),
  };
}

async function describeInviter(context: GuildsContext, userId: string): Promise<Inviter> {
  const { displayname } = await context.rooms.profiles.profileOf(userId);
  return { user_id: userId, ...(displayname === undefined ? {} : { display_name: displayname }) };
}

/** Strangers are shown no media of other servers: they could make this one fetch them. */
function ownPictureOf(context: GuildsContext, guild: Room): string | undefined {
  const { url } = guild.content('m.room.avatar') ?? {};
  const media = typeof url === 'string' ? parseMxcUri(url) : undefined;
  return media?.serverName === context.serverName ? media.mediaId : undefined;
}

function nameOf(room: Room): string {
  const { name } = room.content('m.room.name') ?? {};
  return typeof name === 'string' ? name : 'Unnamed';
}
