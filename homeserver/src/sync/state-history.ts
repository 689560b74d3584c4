import { type Room, stateKeyOf } from '../rooms/index.ts';
import type { StateEntry, Storage, StoredEvent } from '../storage/index.ts';
import type { SyncContext } from './frame.ts';

/** A moment in a room's history: right before or right after one of its events. */
export interface Moment {
  readonly event: StoredEvent;
  readonly side: 'before' | 'after';
}

const MEMBER = 'm.room.member';

/** Every state event of a room at a moment; members only if asked for. */
export async function stateAt(
  { rooms: { storage } }: SyncContext,
  room: Room,
  moment: Moment,
  withMembers: boolean,
): Promise<StoredEvent[]> {
  if (isNow(room, moment)) {
    const members = withMembers ? [...room.members.values()].map((member) => member.eventNid) : [];
    return [...room.state.values(), ...(await storage.events.getAll(members))];
  }
  const memberNid = withMembers ? undefined : await storage.strings.intern(MEMBER);
  const entries = await storage.states.entriesOf(moment.event.snapshotNid, memberNid);
  const before = await storage.events.getAll(entries.map((entry) => entry.eventNid));
  const isWanted = withMembers || moment.event.pdu.type !== MEMBER;
  return isWanted ? withOwnChange(before, moment) : before;
}

/** The state events of a moment that were not there at the beginning of an earlier one. */
export async function stateChanges(
  { rooms: { storage } }: SyncContext,
  from: StoredEvent,
  to: Moment,
): Promise<StoredEvent[]> {
  const entries = await changedEntries(storage.states, from.snapshotNid, to.event.snapshotNid);
  const changed = await storage.events.getAll(entries.map((entry) => entry.eventNid));
  return withOwnChange(changed, to);
}

/** The numbers of the member events of some users at a moment, by user ID; who never had one is missing. */
export async function membersAt(
  { rooms: { storage } }: SyncContext,
  room: Room,
  moment: Moment,
  userIds: Iterable<string>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const { event, side } = moment;
  const typeNid = await storage.strings.intern(MEMBER);
  for (const userId of userIds) {
    const member = room.members.get(userId);
    if (member === undefined) continue;
    const isOwn = side === 'after' && event.pdu.type === MEMBER && event.pdu.state_key === userId;
    const nid = isOwn
      ? event.nid
      : isNow(room, moment)
        ? member.eventNid
        : await storage.states.entryOf(event.snapshotNid, typeNid, member.userNid);
    if (nid !== undefined) found.set(userId, nid);
  }
  return found;
}

/**
 * Whether the state in memory is the state of the moment. The head's snapshot may run ahead of what is committed, and
 * so of the state in memory; but if it is still the one before the event, then nothing has changed since.
 */
function isNow(room: Room, { event, side }: Moment): boolean {
  return (
    event.snapshotNid === room.head.snapshotNid && (side === 'before' || event.pdu.state_key === undefined)
  );
}

/** A snapshot is from before the event: what the event itself has set comes on top. */
function withOwnChange(state: StoredEvent[], { event, side }: Moment): StoredEvent[] {
  if (side === 'before' || event.pdu.state_key === undefined) return state;
  const key = keyOf(event);
  return [...state.filter((other) => keyOf(other) !== key), event];
}

/** What a state event is the state of. */
export function keyOf({ pdu }: StoredEvent): string {
  return stateKeyOf(pdu.type, pdu.state_key ?? '');
}

/**
 * The entries of a snapshot that an earlier one of the room had not. Only blocks that the two do not share are read:
 * an entry that has changed is in a block of its own time, and one that merely moved to another block was before in a
 * block that is gone.
 */
async function changedEntries(
  states: Storage['states'],
  earlier: number,
  later: number,
): Promise<StateEntry[]> {
  if (earlier === later) return [];
  const old = await states.blocksOf(earlier);
  const recent = await states.blocksOf(later);
  const before = await visibleEntries(
    states,
    old.filter((nid) => !recent.includes(nid)),
  );
  const after = await visibleEntries(
    states,
    recent.filter((nid) => !old.includes(nid)),
  );
  return [...after]
    .filter(([key, entry]) => before.get(key)?.eventNid !== entry.eventNid)
    .map(([, entry]) => entry);
}

/** What some blocks show, the newest block first, by type and state key. */
async function visibleEntries(
  states: Storage['states'],
  blocks: readonly number[],
): Promise<Map<string, StateEntry>> {
  const visible = new Map<string, StateEntry>();
  for (const nid of blocks) {
    if (nid === 0) continue;
    for (const entry of await states.entriesOfBlock(nid)) {
      const key = `${entry.typeNid} ${entry.stateKeyNid}`;
      if (!visible.has(key)) visible.set(key, entry);
    }
  }
  return visible;
}
