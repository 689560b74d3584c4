import { setImmediate } from 'node:timers/promises';
import { creatorsOf } from '../../protocol/power-levels.ts';
import { type RoomDetails, UnitOfWork } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { type Room, stateKeyOf } from '../room.ts';

const ROOMS_AT_ONCE = 200;
/** How many rooms somebody waits for who wants a list; a job describes the others soon. */
const MOST_WAITED_FOR = 2_000;

/**
 * Notes what the state of each room says that has changed since that was noted last, so that the database can list them.
 *
 * @param most how many rooms are looked at.
 */
export async function describeChangedRooms(
  { registry, storage }: RoomsContext,
  { most = MOST_WAITED_FOR, signal }: { readonly most?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  let last = 0;
  for (let looked = 0; looked < most && signal?.aborted !== true; looked += ROOMS_AT_ONCE) {
    const nids = await storage.roomDetails.outdated(last, ROOMS_AT_ONCE);
    const unit = new UnitOfWork();
    for (const nid of nids) {
      const room = await registry.byNid(nid);
      if (room?.createEvent !== undefined) {
        storage.roomDetails.put(unit, nid, room.committed.snapshotNid, detailsOf(room));
      }
    }
    if (!unit.isEmpty) await storage.database.commit(unit);
    if (nids.length < ROOMS_AT_ONCE) return;
    last = nids.at(-1) ?? last;
    await setImmediate();
  }
}

/** What the state of a room says of it. */
export function detailsOf(room: Room): RoomDetails {
  const create = room.state.get(stateKeyOf('m.room.create', ''))?.pdu;
  const [creator = ''] = create === undefined ? [] : [...creatorsOf(create, room.rules), create.sender];
  return {
    name: textOf(room, 'm.room.name', 'name'),
    canonicalAlias: textOf(room, 'm.room.canonical_alias', 'alias'),
    joinedMembers: room.joinedCount,
    joinedLocalMembers: room.localJoined.size,
    creator,
    encryption: textOf(room, 'm.room.encryption', 'algorithm'),
    federatable: create?.content['m.federate'] === false ? 0 : 1,
    joinRules: textOf(room, 'm.room.join_rules', 'join_rule'),
    guestAccess: textOf(room, 'm.room.guest_access', 'guest_access'),
    historyVisibility: textOf(room, 'm.room.history_visibility', 'history_visibility'),
    stateEvents: room.state.size + room.members.size,
  };
}

/** A text in the content of a state event, if there is one. */
export function textOf(room: Room, type: string, key: string): string | null {
  const value = room.content(type)?.[key];
  return typeof value === 'string' ? value : null;
}
