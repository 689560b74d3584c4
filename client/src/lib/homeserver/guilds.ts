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
  readonly avatarMxc: string | undefined;
  readonly memberCount: number | undefined;
  readonly inviterName: string | undefined;
}

export interface GuildRequest {
  readonly name: string;
  readonly topic?: string;
}

export interface ChannelRequest {
  readonly name: string;
  readonly kind: 'text' | 'category';
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

/** Makes an invite link for a guild; returns the code at its end. */
export async function createInvite(access: Access, guildId: string): Promise<string> {
  const path = `${base}/guilds/${encodeURIComponent(guildId)}/invites`;
  return requireString(await requestJson('POST', path, { ...access, body: {} }), 'code');
}

/** Looks up an invite; undefined when there is none with this code. */
export async function findInvite(code: string, signal?: AbortSignal): Promise<InvitePreview | undefined> {
  try {
    const path = `${base}/invites/${encodeURIComponent(code)}`;
    return readInvite(await requestJson('GET', path, signal ? { signal } : {}));
  } catch (error) {
    if (error instanceof HomeserverError && error.httpStatus === 404) return undefined;
    throw error;
  }
}

function readInvite(body: JsonObject): InvitePreview {
  const guild = asObject(body.guild) ?? {};
  const inviter = asObject(body.inviter) ?? {};
  return {
    code: requireString(body, 'code'),
    guildId: requireString(guild, 'guild_id'),
    guildName: asString(guild.name) ?? t('guild.unnamed'),
    topic: asString(guild.topic),
    avatarMxc: asString(guild.avatar_url),
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
