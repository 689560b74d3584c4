import type { JsonValue } from '../../../protocol/canonical-json.ts';
import { badJson, forbidden } from '../../../protocol/errors.ts';
import { domainOf, isUserId, type ServerName, type UserId } from '../../../protocol/identifiers.ts';
import type { ReceiverContext } from '../receiver-context.ts';

/** @throws MatrixError unless the value is the ID of a user of a server: 400 `M_BAD_JSON`, 403 `M_FORBIDDEN`. */
export function requireUserOf(origin: ServerName, value: JsonValue | undefined): UserId {
  if (!isUserId(value)) throw badJson('The EDU names no user');
  if (domainOf(value) !== origin) throw forbidden(`${value} is not a user of ${origin}`);
  return value;
}

/** @throws MatrixError 403 `M_FORBIDDEN` unless a user of another server is in a room with somebody here. */
export async function requireSeenHere(
  { storage, rooms }: ReceiverContext,
  userId: UserId,
): Promise<{ readonly userNid: number }> {
  const userNid = await storage.strings.find(userId);
  if (userNid !== undefined && (await rooms.userRooms.joined(userNid)).length > 0) return { userNid };
  throw forbidden(`${userId} is in no room with anybody here`);
}
