import { invalidParam } from '../../protocol/errors.ts';
import { isUserId } from '../../protocol/identifiers.ts';
import type { Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';

/** Rooms that two users are joined to. */
export interface MutualRooms {
  readonly roomIds: readonly string[];
  /** How many there are in all. */
  readonly count: number;
  /** Where the next page begins, if there is one. */
  readonly nextBatch: string | undefined;
}

const PAGE = 100;

/**
 * The rooms that the viewer and another user are joined to.
 *
 * Source: Client-Server API v1.19, `GET /mutual_rooms`.
 * @param from `nextBatch` of the page before.
 * @throws MatrixError 400 `M_INVALID_PARAM` for no user ID, the viewer's own, or a token that is none.
 */
export async function getMutualRooms(
  { storage, userRooms, registry }: RoomsContext,
  viewer: Pick<Viewer, 'userId' | 'userNid'>,
  userId: string,
  from: string | undefined,
): Promise<MutualRooms> {
  if (!isUserId(userId)) throw invalidParam('This is not a user ID');
  if (userId === viewer.userId) throw invalidParam('All your rooms are shared with yourself');
  if (from !== undefined && !/^\d{1,15}$/.test(from))
    throw invalidParam('from is not a token of this endpoint');
  const otherNid = await storage.strings.find(userId);
  const theirs = new Set(otherNid === undefined ? [] : await userRooms.joined(otherNid));
  const shared = (await userRooms.joined(viewer.userNid)).filter((nid) => theirs.has(nid));
  shared.sort((one, other) => one - other);
  const left = shared.filter((nid) => nid > Number(from ?? 0));
  const page = left.slice(0, PAGE);
  const rooms = await Promise.all(page.map((nid) => registry.byNid(nid)));
  return {
    roomIds: rooms.flatMap((room) => room?.roomId ?? []),
    count: shared.length,
    nextBatch: left.length > PAGE ? String(page.at(-1)) : undefined,
  };
}
