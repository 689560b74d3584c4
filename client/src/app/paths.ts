/** The addresses of the hall. */

export function buildGuildPath(guildId: string, channelId?: string): string {
  const guild = `/guilds/${encodeURIComponent(guildId)}`;
  return channelId === undefined ? guild : `${guild}/${encodeURIComponent(channelId)}`;
}

/** The address of a channel, in its guild or at home. */
export function buildChannelPath(guildId: string | undefined, channelId: string): string {
  return guildId === undefined ? buildHomePath(channelId) : buildGuildPath(guildId, channelId);
}

/** The address of a message, which leads to its channel and shows it there. */
export function buildMessagePath(guildId: string | undefined, channelId: string, eventId: string): string {
  return `${buildChannelPath(guildId, channelId)}/${encodeURIComponent(eventId)}`;
}

/** The guild, channel and message that an address leads to. */
export function parsePath(path: string): {
  readonly guildId?: string;
  readonly channelId?: string;
  readonly eventId?: string;
} {
  const [place, ...ids] = path.split('/').slice(1).map(decode);
  if (place !== 'home' && place !== 'guilds') return {};
  const [guildId, channelId, eventId] = place === 'home' ? [undefined, ...ids] : ids;
  return {
    ...(guildId !== undefined && { guildId }),
    ...(channelId !== undefined && { channelId }),
    ...(eventId !== undefined && { eventId }),
  };
}

/** An address that somebody mangled leads nowhere, which is said elsewhere. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of our own settings. */
export function buildSettingsPath(page?: string): string {
  return page === undefined ? '/settings' : `/settings/${page}`;
}

/** The address of the settings of a guild. */
export function buildGuildSettingsPath(guildId: string, page?: string): string {
  const path = `/guild-settings/${encodeURIComponent(guildId)}`;
  return page === undefined ? path : `${path}/${page}`;
}

/** The address of the settings of a channel. */
export function buildChannelSettingsPath(channelId: string, page?: string): string {
  const path = `/channel-settings/${encodeURIComponent(channelId)}`;
  return page === undefined ? path : `${path}/${page}`;
}

export function buildHomePath(channelId?: string): string {
  return channelId === undefined ? '/home' : `/home/${encodeURIComponent(channelId)}`;
}
