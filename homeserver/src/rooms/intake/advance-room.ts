import { isState } from '../../protocol/events.ts';
import { EventStatus, NO_EVENT, type StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { eventsInTurns } from '../in-turns.ts';
import type { Extremity, Room, Snapshot } from '../room.ts';
import type { EventStrings, RoomWriter } from '../room-writer.ts';
import { hasPlace } from './place.ts';
import type { RoomStates } from './room-states.ts';

/** An accepted event, and where it stands. */
interface AcceptedEvent {
  readonly event: StoredEvent;
  readonly strings: EventStrings;
  readonly before: Snapshot;
}

/**
 * Makes an accepted event one of the room's newest, unless what follows it came before it: the timeline gets it, and the
 * room's current state becomes what the states after all forward extremities resolve to.
 */
export async function advanceRoom(
  context: RoomsContext,
  room: Room,
  writer: RoomWriter,
  states: RoomStates,
  { event, strings, before }: AcceptedEvent,
): Promise<void> {
  const others = await unfollowedExtremities(context, room, event);
  const newest = await context.storage.events.getAll(others.map((extremity) => extremity.nid));
  states.expect(event);
  const isNewest = newest.length === 0 || !(await isFollowed(context, event));
  const current = await states.after(isNewest ? [...newest, event] : newest);
  const old: Snapshot = { nid: room.head.snapshotNid, blocks: room.head.blocks };
  const isAlone = others.length === 0 && before.nid === old.nid;
  if (isAlone) {
    if (isState(event.pdu)) writer.setState(event);
  } else if (current.nid !== old.nid) {
    await replaceState(context, room, writer, current, event);
  }
  const extremities = isNewest ? [...others, { nid: event.nid, eventId: event.eventId }] : others;
  writer.appendToTimeline(event, strings.stateKeyNid, extremities, current);
  const isUnmoved = !isState(event.pdu) && before.nid === old.nid && current.nid === old.nid;
  if (!isAlone && !isUnmoved) writer.moveState(old, current, event);
}

/** Whether an event that follows this one is in the room already, on the state that another server gave. */
async function isFollowed({ storage }: RoomsContext, { eventId }: StoredEvent): Promise<boolean> {
  const followers = await storage.events.getAll(await storage.waiting.eventsAfter([eventId]));
  return followers.some((follower) => follower.status === EventStatus.Accepted && hasPlace(follower));
}

/** The forward extremities that an event does not follow, also not through events that can be no extremities. */
async function unfollowedExtremities(
  { storage }: RoomsContext,
  room: Room,
  event: StoredEvent,
): Promise<Extremity[]> {
  const followed = new Set(event.pdu.prev_events);
  for (let from = [...followed]; from.length > 0; ) {
    const hidden = [...(await storage.events.getAllById(from)).values()].filter(
      ({ status }) => status === EventStatus.Rejected || status === EventStatus.SoftFailed,
    );
    from = hidden.flatMap(({ pdu }) => pdu.prev_events).filter((eventId) => !followed.has(eventId));
    for (const eventId of from) followed.add(eventId);
  }
  return room.head.extremities.filter(({ eventId }) => !followed.has(eventId));
}

/** Makes the current state another one, which may differ in more than the event that was received. */
export async function replaceState(
  { storage }: RoomsContext,
  room: Room,
  writer: RoomWriter,
  current: Snapshot,
  incoming?: StoredEvent,
): Promise<void> {
  const old: Snapshot = { nid: room.head.snapshotNid, blocks: room.head.blocks };
  const differences = await writer.snapshots.difference(old, current);
  const nids = differences.flatMap(({ before, after }) => [before, after]).filter((nid) => nid !== NO_EVENT);
  const events = new Map((await eventsInTurns(storage, nids)).map((event) => [event.nid, event]));
  if (incoming !== undefined) events.set(incoming.nid, incoming);
  // Members are found by their number, also those that this process has not met yet.
  await storage.strings.findAll([...events.values()].map(({ pdu }) => pdu.state_key ?? ''));
  for (const { before, after } of differences) {
    const event = events.get(after === NO_EVENT ? before : after);
    if (event === undefined) throw new Error(`event ${after} of a state is not stored`);
    if (after === NO_EVENT) writer.dropState(event.pdu.type, event.pdu.state_key ?? '');
    else writer.setState(event);
  }
}
