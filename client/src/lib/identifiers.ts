/** The part of a user ID before the server's name: `@ada:hall` is `ada`. Anything else comes back as it is. */
export function readLocalpart(userId: string): string {
  const colon = userId.indexOf(':');
  return userId.startsWith('@') && colon > 1 ? userId.slice(1, colon) : userId;
}

/**
 * Whether this is the steward, the server's own user that creates guilds and channels.
 * It is a member of everything and is never shown or counted.
 */
export function isSteward(userId: string): boolean {
  return readLocalpart(userId) === '_guildhall';
}

/** Whether a text has the form of a user ID (Matrix 1.19, "User Identifiers"). */
export function isUserId(text: string): boolean {
  return /^@[^:\s]+:[^\s:]+(:\d{1,5})?$/.test(text) && text.length <= 255;
}

/** Completes what a person typed to a user ID: a bare name is one on this server. */
export function completeUserId(typed: string, ownUserId: string): string {
  const text = typed.trim();
  if (text.includes(':')) return text.startsWith('@') ? text : `@${text}`;
  const server = ownUserId.slice(ownUserId.indexOf(':') + 1);
  return `@${text.replace(/^@/, '')}:${server}`;
}
