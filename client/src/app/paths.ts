/** The addresses of the hall. */

export function buildGuildPath(guildId: string, channelId?: string): string {
  const guild = `/guilds/${encodeURIComponent(guildId)}`;
  return channelId === undefined ? guild : `${guild}/${encodeURIComponent(channelId)}`;
}

/** The address of a channel, in its guild or at home. */
export function buildChannelPath(guildId: string | undefined, channelId: string): string {
  return guildId === undefined ? buildHomePath(channelId) : buildGuildPath(guildId, channelId);
}

/** The guild and channel that an address leads to. */
export function parsePath(path: string): { readonly guildId?: string; readonly channelId?: string } {
  const [place, ...ids] = path.split('/').slice(1).map(decode);
  const [first, second] = ids;
  if (place === 'home') return first === undefined ? {} : { channelId: first };
  if (place !== 'guilds' || first === undefined) return {};
  return { guildId: first, ...(second !== undefined && { channelId: second }) };
}

/** An address that somebody mangled leads nowhere, which is said elsewhere. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function buildHomePath(channelId?: string): string {
  return channelId === undefined ? '/home' : `/home/${encodeURIComponent(channelId)}`;
}
