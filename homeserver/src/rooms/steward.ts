import type { ServerName, UserId } from '../protocol/identifiers.ts';

/** The localpart of the steward; localparts beginning with it belong to the server. */
export const STEWARD_LOCALPART = '_guildhall';

/**
 * The user that creates the guilds of a server and acts for it in them. It is a member of their rooms, but nobody: it
 * is left out of counts and heroes.
 */
export function stewardOf(serverName: ServerName): UserId {
  return `@${STEWARD_LOCALPART}:${serverName}`;
}

/** Whether a user is the steward of its server. */
export function isSteward(userId: UserId): boolean {
  return userId.startsWith(`@${STEWARD_LOCALPART}:`);
}
