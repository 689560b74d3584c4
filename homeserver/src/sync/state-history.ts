import { type Room, stateKeyOf } from '../rooms/index.ts';
import { entryKey, NO_EVENT, type StateEntry, type Storage, type StoredEvent } from '../storage/index.ts';
import type { SyncContext } from './frame.ts';

/** A state of a room: a stored one, and the event on top of it if that sets some. */
export interface StatePoint {
  readonly snapshotNid: number;
  readonly top: StoredEvent | undefined;
}

/** What is different in a later state. */
export interface StateDifference {
  /** The events that hold a type and state key there, and did not before. */
  readonly changed: readonly StoredEvent[];
  /** The events that held a type and state key that nothing holds there: only where branches meet. */
  readonly gone: readonly StoredEvent[];
}

const MEMBER = 'm.room.member';

/** The state right before an event, on its branch. */
export function stateBefore({ snapshotNid }: StoredEvent): StatePoint {
  return { snapshotNid, top: undefined };
}

/** The state right after an event, on its branch. */
export function stateAfter(event: StoredEvent): StatePoint {
  return { snapshotNid: event.snapshotNid, top: event.pdu.state_key === undefined ? undefined : event };
}

/** Every state event of a room at a point; members only if asked for. */
export async function stateAt(
  { rooms: { storage } }: SyncContext,
  room: Room,
  point: StatePoint,
  withMembers: boolean,
): Promise<StoredEvent[]> {
  if (isNow(room, point)) {
    const members = withMembers ? [...room.members.values()].map((member) => member.eventNid) : [];
    return [...room.state.values(), ...(await storage.events.getAll(members))];
  }
  const memberNid = withMembers ? undefined : await storage.strings.intern(MEMBER);
  const entries = await storage.states.entriesOf(point.snapshotNid, memberNid);
  const stored = await storage.events.getAll(entries.map((entry) => entry.eventNid));
  const { top } = point;
  if (top === undefined || (!withMembers && top.pdu.type === MEMBER)) return stored;
  return [...stored.filter((event) => keyOf(event) !== keyOf(top)), top];
}

/** What is different between a stored state and a later point. */
export async function stateChanges(
  { rooms: { storage } }: SyncContext,
  from: number,
  { snapshotNid, top }: StatePoint,
): Promise<StateDifference> {
  const entries = await changedEntries(storage.states, from, snapshotNid);
  const changed = await storage.events.getAll(entries.changed.map((entry) => entry.eventNid));
  const gone = await storage.events.getAll(entries.gone.map((entry) => entry.eventNid));
  if (top === undefined) return { changed, gone };
  const isOther = (event: StoredEvent) => keyOf(event) !== keyOf(top);
  return { changed: [...changed.filter(isOther), top], gone: gone.filter(isOther) };
}

/** The number of the event that holds a type and state key at a point. */
export async function holderAt(
  { rooms: { storage } }: SyncContext,
  { snapshotNid, top }: StatePoint,
  type: string,
  stateKey: string,
): Promise<number | undefined> {
  if (top?.pdu.type === type && top.pdu.state_key === stateKey) return top.nid;
  const nids = await storage.strings.findAll([type, stateKey]);
  const [typeNid, stateKeyNid] = [nids.get(type), nids.get(stateKey)];
  if (typeNid === undefined || stateKeyNid === undefined) return undefined;
  return storage.states.entryOf(snapshotNid, typeNid, stateKeyNid);
}

/** The numbers of the member events of some users at a point, by user ID; who never had one is missing. */
export async function membersAt(
  context: SyncContext,
  room: Room,
  point: StatePoint,
  userIds: Iterable<string>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const isCurrent = isNow(room, point);
  for (const userId of userIds) {
    const nid = isCurrent
      ? room.members.get(userId)?.eventNid
      : await holderAt(context, point, MEMBER, userId);
    if (nid !== undefined) found.set(userId, nid);
  }
  return found;
}

/**
 * Whether the state in memory is the state of a point. The head's snapshot may run ahead of what is committed, and so
 * of the state in memory; but if it is still the one of the point, then nothing has changed since.
 */
function isNow(room: Room, { snapshotNid, top }: StatePoint): boolean {
  return top === undefined && snapshotNid === room.head.snapshotNid;
}

/** What a state event is the state of. */
export function keyOf({ pdu }: StoredEvent): string {
  return stateKeyOf(pdu.type, pdu.state_key ?? '');
}

/**
 * The entries in which a snapshot of a room differs from an earlier one. Only blocks that the two do not share are
 * read, which hide what is in the shared ones. Where nothing has forked, every entry of a block that is gone is in a
 * newer one; else what holds its key now has to be looked up.
 */
async function changedEntries(
  states: Storage['states'],
  earlier: number,
  later: number,
): Promise<{ changed: StateEntry[]; gone: StateEntry[] }> {
  const changed: StateEntry[] = [];
  const gone: StateEntry[] = [];
  if (earlier === later) return { changed, gone };
  const old = await states.blocksOf(earlier);
  const recent = await states.blocksOf(later);
  const before = await visibleEntries(states, old, recent);
  const after = await visibleEntries(states, recent, old);
  for (const [key, entry] of new Map([...before, ...after])) {
    const { typeNid, stateKeyNid } = entry;
    const now = after.get(key)?.eventNid ?? (await states.entryOf(later, typeNid, stateKeyNid)) ?? NO_EVENT;
    const isUnknown = now === NO_EVENT && !before.has(key);
    const then = isUnknown ? await states.entryOf(earlier, typeNid, stateKeyNid) : before.get(key)?.eventNid;
    if (now === (then ?? NO_EVENT)) continue;
    if (now !== NO_EVENT) changed.push({ ...entry, eventNid: now });
    else if (then !== undefined) gone.push({ ...entry, eventNid: then });
  }
  return { changed, gone };
}

/** What the blocks of a snapshot show that another does not have, the newest block first, by type and state key. */
async function visibleEntries(
  states: Storage['states'],
  blocks: readonly number[],
  other: readonly number[],
): Promise<Map<string, StateEntry>> {
  const visible = new Map<string, StateEntry>();
  for (const nid of blocks) {
    if (nid === 0 || other.includes(nid)) continue;
    for (const entry of await states.entriesOfBlock(nid)) {
      const key = entryKey(entry);
      if (!visible.has(key)) visible.set(key, entry);
    }
  }
  return visible;
}
