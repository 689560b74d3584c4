import type { TestUser } from '../../../homeserver/test-kit/test-user.ts';

/** A guild that was made over the API. */
export interface SeededGuild {
  readonly guildId: string;
  readonly name: string;
  /** The channel that every guild begins with. */
  readonly generalId: string;
}

/** What a channel is to be. */
export interface SeededChannel {
  readonly name: string;
  readonly kind?: 'text' | 'forum' | 'category';
  readonly topic?: string;
  /** The room ID of its category. */
  readonly category?: string;
}

const API = '/_guildhall/client/v1';

/** Creates a guild for its owner. */
export async function createGuild(
  owner: TestUser,
  request: { readonly name: string; readonly topic?: string; readonly avatar_url?: string },
): Promise<SeededGuild> {
  const { guild_id: guildId, channels } = await owner.ok('POST', `${API}/guilds`, request);
  return { guildId, name: request.name, generalId: channels[0].room_id };
}

/** Creates a channel or a category; returns its room ID. */
export async function createChannel(
  owner: TestUser,
  guild: SeededGuild,
  { kind = 'text', ...channel }: SeededChannel,
): Promise<string> {
  const path = `${API}/guilds/${encodeURIComponent(guild.guildId)}/channels`;
  return (await owner.ok('POST', path, { kind, ...channel })).room_id;
}

/** Makes an invite link; returns its code. */
export async function createInvite(owner: TestUser, guild: SeededGuild): Promise<string> {
  const path = `${API}/guilds/${encodeURIComponent(guild.guildId)}/invites`;
  return (await owner.ok('POST', path, {})).code;
}

/** Lets somebody come in by an invite link. */
export async function redeemInvite(guest: TestUser, code: string): Promise<void> {
  await guest.ok('POST', `${API}/invites/${encodeURIComponent(code)}/redeem`, {});
}

/** The address of a channel in the client. */
export function channelPath(guild: SeededGuild, channelId = guild.generalId): string {
  return `/guilds/${encodeURIComponent(guild.guildId)}/${encodeURIComponent(channelId)}`;
}
