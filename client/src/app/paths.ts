/** The addresses of the hall. */

export function buildGuildPath(guildId: string, channelId?: string): string {
  const guild = `/guilds/${encodeURIComponent(guildId)}`;
  return channelId === undefined ? guild : `${guild}/${encodeURIComponent(channelId)}`;
}

export function buildHomePath(channelId?: string): string {
  return channelId === undefined ? '/home' : `/home/${encodeURIComponent(channelId)}`;
}
