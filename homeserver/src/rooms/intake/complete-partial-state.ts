import { isState } from '../../protocol/events.ts';
import { MAX_DEPTH } from '../../protocol/limits.ts';
import { EventStatus, type PartialRoom, type StateEntry, type StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { eventsInTurns } from '../in-turns.ts';
import type { Room, Snapshot } from '../room.ts';
import { entryOf, RoomWriter } from '../room-writer.ts';
import { replaceState } from './advance-room.ts';
import { inRoomQueue } from './enter-room.ts';
import { checkState, type ForeignState, judgeState, storeState } from './foreign-state.ts';
import type { CheckedRoom, IntakeContext } from './intake-context.ts';
import { alignMembers, entriesOf } from './join-with-state.ts';
import { RoomStates } from './room-states.ts';
import { eventInState } from './state-lookup.ts';
import { checkByStateBefore, loadAuthorities } from './step-5-state-before.ts';

/** The rooms whose state is still partial, and whom to ask for the rest: after a start as well. */
export function partialRooms({ storage }: RoomsContext): Promise<PartialRoom[]> {
  return storage.rooms.partial();
}

/**
 * Completes a room that was joined with partial state. What happened in it since is placed anew, on states that have
 * all members, and checked again: an event that these do not allow is rejected after all. Then the members are known,
 * and clients are told what they could not see.
 *
 * Source: MSC3902, "Faster remote room joins"; Server-Server API v1.19, `PUT /send_join/v2`, `members_omitted`.
 * @param full the complete state before the join that the room was entered with. Nothing happens if the room's state
 * is complete already, or it was left and entered with another join since.
 */
export async function completePartialState(
  context: IntakeContext,
  roomId: string,
  full: ForeignState & { readonly joinNid: number },
): Promise<void> {
  const room = await context.registry.byId(roomId);
  if (room?.createEvent === undefined || !room.isPartial) return;
  const checkedRoom: CheckedRoom = { roomId, rules: room.rules, createEvent: room.createEvent };
  const checked = await checkState(context, checkedRoom, full);
  await inRoomQueue(context, roomId, async (known) => {
    if (known?.isPartial !== true || (await joinOf(context, known)) !== full.joinNid) return;
    const judged = await judgeState(context, { nid: known.nid, ...checkedRoom }, checked);
    await storeState(context, judged);
    await complete(context, known, judged.state);
  });
}

/** The join that a room with partial state was entered with. */
async function joinOf({ storage }: RoomsContext, room: Room): Promise<number | undefined> {
  return (await storage.rooms.partial()).find(({ roomNid }) => roomNid === room.nid)?.joinNid;
}

async function complete(context: IntakeContext, room: Room, state: readonly StoredEvent[]): Promise<void> {
  const { storage } = context;
  const writer = new RoomWriter(context, room);
  writer.setPartial(false);
  const states = new RoomStates(context, room, writer.snapshots);
  const placed = byHistory(await storage.events.getAll(await storage.rooms.partialEvents(room.nid)));
  const joinNid = await joinOf(context, room);
  const full = await writer.snapshots.replace(await entriesOf(writer, state));
  const updated = new Map<number, StoredEvent>();
  for (const event of placed) {
    const isJoin = event.nid === joinNid;
    // Where the state before it came from elsewhere, nothing that it follows tells of it: it stays.
    const before = isJoin ? full : await states.afterAll(event.pdu.prev_events);
    if (before === undefined) continue;
    const again = await placeAgain(context, room, writer, event, before);
    updated.set(event.nid, again);
    states.expect(again);
    writer.place(again, JSON.stringify(again.pdu).length);
  }
  const known = await storage.events.getAll(room.head.extremities.map(({ nid }) => nid));
  const newest = unfollowed([...updated.values(), ...known.filter(({ nid }) => !updated.has(nid))]);
  const current = await states.after(newest);
  const old: Snapshot = { nid: room.head.snapshotNid, blocks: room.head.blocks };
  await replaceState(context, room, writer, current);
  alignMembers(room, writer, await stateEvents(context, writer, current), false);
  const extremities = newest.map(({ nid, eventId }) => ({ nid, eventId }));
  const depth = Math.min(Math.max(...newest.map(({ pdu }) => pdu.depth)), MAX_DEPTH);
  writer.moveHead(extremities, current, depth);
  writer.moveState(old, current, undefined);
  const committed = storage.database.commit(writer.finish());
  room.advance(writer.head, committed);
  await committed;
}

/** Events, each after those that it follows. */
function byHistory(events: readonly StoredEvent[]): StoredEvent[] {
  const byId = new Map(events.map((event) => [event.eventId, event]));
  const ordered = new Set<StoredEvent>();
  const stack = [...events].reverse();
  for (let event = stack.at(-1); event !== undefined; event = stack.at(-1)) {
    const waitsFor = event.pdu.prev_events
      .map((eventId) => byId.get(eventId))
      .filter((previous) => previous !== undefined && !ordered.has(previous)) as StoredEvent[];
    stack.push(...waitsFor);
    if (waitsFor.length > 0) continue;
    stack.pop();
    ordered.add(event);
  }
  return [...ordered];
}

/** The accepted events that no accepted event follows, also not through others. */
function unfollowed(events: readonly StoredEvent[]): StoredEvent[] {
  const byId = new Map(events.map((event) => [event.eventId, event]));
  const accepted = events.filter((event) => event.status === EventStatus.Accepted);
  const followed = new Set<string>();
  const pending = accepted.flatMap(({ pdu }) => pdu.prev_events);
  for (let eventId = pending.pop(); eventId !== undefined; eventId = pending.pop()) {
    if (followed.has(eventId)) continue;
    followed.add(eventId);
    const event = byId.get(eventId);
    if (event !== undefined && event.status !== EventStatus.Accepted) pending.push(...event.pdu.prev_events);
  }
  return accepted.filter(({ eventId }) => !followed.has(eventId));
}

/** An event on the complete state before it: allowed there or not. */
async function placeAgain(
  context: RoomsContext,
  room: Room,
  writer: RoomWriter,
  event: StoredEvent,
  before: Snapshot,
): Promise<StoredEvent> {
  const { pdu } = event;
  const inBefore = (key: Omit<StateEntry, 'eventNid'>) => writer.snapshots.entryOf(before, key);
  const authorities = await loadAuthorities(pdu, room.rules, (type, key) =>
    eventInState(context, room.rules, inBefore, type, key),
  );
  const isAllowed = checkByStateBefore(pdu, authorities, room.rules) === undefined;
  // What clients have not seen they do not see now; but where states are resolved, it counts.
  const isNowAllowed = event.status === EventStatus.Rejected ? EventStatus.SoftFailed : event.status;
  const entry = isState(pdu) ? entryOf(event, await writer.intern(pdu)) : undefined;
  return {
    ...event,
    snapshotNid: before.nid,
    status: isAllowed ? isNowAllowed : EventStatus.Rejected,
    replacesNid: entry === undefined ? null : ((await writer.snapshots.entryOf(before, entry)) ?? null),
  };
}

async function stateEvents(
  { storage }: RoomsContext,
  writer: RoomWriter,
  snapshot: Snapshot,
): Promise<StoredEvent[]> {
  const entries = await writer.snapshots.entriesOf(snapshot);
  const nids = [...entries.values()].map((entry) => entry.eventNid);
  return eventsInTurns(storage, nids);
}
