import type { RoomsContext } from '../context.ts';
import type { Onlooker } from './history-visibility.ts';

/**
 * The users whose messages somebody does not want to see; nobody ignores themselves.
 *
 * Source: Client-Server API v1.19, "Ignoring Users".
 */
export async function ignoredUsers(
  { storage }: RoomsContext,
  { userId, userNid, seesAll }: Onlooker,
): Promise<ReadonlySet<string>> {
  if (seesAll === true) return new Set();
  const text = await storage.accountData.get({ userNid, roomNid: 0, type: 'm.ignored_user_list' });
  if (text === undefined) return new Set();
  const { ignored_users: ignored } = JSON.parse(text) as { ignored_users?: unknown };
  if (typeof ignored !== 'object' || ignored === null) return new Set();
  const users = new Set(Object.keys(ignored));
  users.delete(userId);
  return users;
}
