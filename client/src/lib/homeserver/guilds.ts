import { t } from '../i18n/translate.ts';
import { asAmount, asArray, asObject, asString, type JsonObject } from '../parse.ts';
import { HomeserverError, requestJson } from './http.ts';
import type { Access } from './session.ts';

const base = '/_guildhall/client/v1';

/** What an invite link shows to a person who has not joined, with or without an account. */
export interface InvitePreview {
  readonly code: string;
  readonly guildId: string;
  readonly guildName: string;
  readonly topic: string | undefined;
  /** Where the picture of the guild is, for those who have no account yet as well. */
  readonly picturePath: string | undefined;
  readonly memberCount: number | undefined;
  readonly inviterName: string | undefined;
}

export interface GuildRequest {
  readonly name: string;
  readonly topic?: string;
}

export interface ChannelRequest {
  readonly name: string;
  readonly kind: 'text' | 'forum' | 'category';
  readonly topic?: string;
  /** The room ID of the category that the channel goes into. */
  readonly category?: string;
}

function requireString(body: JsonObject, field: string): string {
  const value = asString(body[field]);
  if (value !== undefined) return value;
  throw new HomeserverError(200, { errcode: 'M_UNKNOWN', error: `The server answered without ${field}.` });
}

/** Creates a guild and says which channel to open first. */
export async function createGuild(
  access: Access,
  request: GuildRequest,
): Promise<{ readonly guildId: string; readonly firstChannelId: string | undefined }> {
  const body = await requestJson('POST', `${base}/guilds`, { ...access, body: { ...request } });
  const first = asObject(asArray(body.channels)[0]);
  return { guildId: requireString(body, 'guild_id'), firstChannelId: asString(first?.room_id) };
}

/** Creates a channel or a category in a guild; returns its room ID. */
export async function createChannel(
  access: Access,
  guildId: string,
  request: ChannelRequest,
): Promise<string> {
  const path = `${base}/guilds/${encodeURIComponent(guildId)}/channels`;
  return requireString(await requestJson('POST', path, { ...access, body: { ...request } }), 'room_id');
}

/** Where a channel is to stand: in a category or in the guild itself, before another one or at the end. */
export interface ChannelPlace {
  readonly category?: string;
  readonly before?: string;
}

function buildChannelPath(guildId: string, channelId: string): string {
  return `${base}/guilds/${encodeURIComponent(guildId)}/channels/${encodeURIComponent(channelId)}`;
}

/** Moves a channel or a category. */
export async function moveChannel(
  access: Access,
  guildId: string,
  channelId: string,
  place: ChannelPlace,
): Promise<void> {
  await requestJson('PUT', `${buildChannelPath(guildId, channelId)}/place`, {
    ...access,
    body: { ...place },
  });
}

/** Closes a channel, or a category, whose channels go into the guild itself. */
export async function closeChannel(access: Access, guildId: string, channelId: string): Promise<void> {
  await requestJson('DELETE', buildChannelPath(guildId, channelId), access);
}

/** Closes a guild: everybody leaves it. */
export async function closeGuild(access: Access, guildId: string): Promise<void> {
  await requestJson('DELETE', `${base}/guilds/${encodeURIComponent(guildId)}`, access);
}

/** How long an invite holds, in milliseconds, and how many people it lets in; without an end unless it says so. */
export interface InviteLimits {
  readonly expiresIn?: number;
  readonly maxUses?: number;
}

/** An invite link, as those who look after a guild see it. Times are in milliseconds. */
export interface InviteDetails {
  readonly code: string;
  readonly inviterId: string;
  readonly inviterName: string;
  readonly createdAt: number;
  readonly uses: number;
  readonly expiresAt: number | undefined;
  readonly maxUses: number | undefined;
}

function buildInvitesPath(guildId: string): string {
  return `${base}/guilds/${encodeURIComponent(guildId)}/invites`;
}

/** Makes an invite link for a guild. Without limits it is the same one for the same person. */
export async function createInvite(
  access: Access,
  guildId: string,
  { expiresIn, maxUses }: InviteLimits = {},
): Promise<InviteDetails> {
  const body = {
    ...(expiresIn !== undefined && { expires_in_ms: expiresIn }),
    ...(maxUses !== undefined && { max_uses: maxUses }),
  };
  return readInviteDetails(await requestJson('POST', buildInvitesPath(guildId), { ...access, body }));
}

/** The invite links of a guild that hold, the newest first: ours, or everybody's for those who may see them. */
export async function listInvites(access: Access, guildId: string): Promise<readonly InviteDetails[]> {
  const { invites } = await requestJson('GET', buildInvitesPath(guildId), access);
  return asArray(invites).map((invite) => readInviteDetails(asObject(invite) ?? {}));
}

/** Takes an invite link back. */
export async function revokeInvite(access: Access, guildId: string, code: string): Promise<void> {
  await requestJson('DELETE', `${buildInvitesPath(guildId)}/${encodeURIComponent(code)}`, access);
}

function readInviteDetails(body: JsonObject): InviteDetails {
  const inviter = asObject(body.inviter) ?? {};
  const inviterId = asString(inviter.user_id) ?? '';
  return {
    code: requireString(body, 'code'),
    inviterId,
    inviterName: asString(inviter.display_name) ?? inviterId,
    createdAt: asAmount(body.created_ts) ?? 0,
    uses: asAmount(body.uses) ?? 0,
    expiresAt: asAmount(body.expires_ts),
    maxUses: asAmount(body.max_uses),
  };
}

/** Why an invite leads nowhere: it never was one or was taken back, or it was over by itself. */
export type InviteEnd = 'unknown' | 'expired' | 'usedUp';

/** Looks up an invite, or says why it leads nowhere. */
export async function findInvite(code: string, signal?: AbortSignal): Promise<InvitePreview | InviteEnd> {
  try {
    const path = `${base}/invites/${encodeURIComponent(code)}`;
    return readInvite(await requestJson('GET', path, signal ? { signal } : {}));
  } catch (error) {
    if (!(error instanceof HomeserverError) || error.httpStatus !== 404) throw error;
    const { reason } = error.body;
    return reason === 'expired' ? 'expired' : reason === 'used_up' ? 'usedUp' : 'unknown';
  }
}

function readInvite(body: JsonObject): InvitePreview {
  const guild = asObject(body.guild) ?? {};
  const inviter = asObject(body.inviter) ?? {};
  const code = requireString(body, 'code');
  return {
    code,
    guildId: requireString(guild, 'guild_id'),
    guildName: asString(guild.name) ?? t('guild.unnamed'),
    topic: asString(guild.topic),
    picturePath:
      guild.has_picture === true ? `${base}/invites/${encodeURIComponent(code)}/picture` : undefined,
    memberCount: asAmount(guild.member_count),
    inviterName: asString(inviter.display_name) ?? asString(inviter.user_id),
  };
}

/** Joins the guild of an invite, with all its channels. */
export async function redeemInvite(
  access: Access,
  code: string,
): Promise<{ readonly guildId: string; readonly firstChannelId: string | undefined }> {
  const path = `${base}/invites/${encodeURIComponent(code)}/redeem`;
  const body = await requestJson('POST', path, { ...access, body: {} });
  const first = asArray(body.channels)[0];
  return {
    guildId: requireString(body, 'guild_id'),
    firstChannelId: asString(first) ?? asString(asObject(first)?.room_id),
  };
}
