import { expect } from 'chai';
import { type StateMap, stateMapKey } from '../src/protocol/state-resolution/index.ts';
import { createRooms, existingRoom, type Room, type RoomsContext } from '../src/rooms/index.ts';
import type { Storage, StoredEvent } from '../src/storage/index.ts';
import { EventStore } from '../src/storage/stores/event-store.ts';
import { StateStore } from '../src/storage/stores/state-store.ts';
import { StringStore } from '../src/storage/stores/string-store.ts';

/** The rooms as they are after a restart: over the same database, with nothing of it in memory. */
export function restartedRooms(context: RoomsContext): RoomsContext {
  const { database } = context.storage;
  const storage: Storage = {
    ...context.storage,
    events: new EventStore(database),
    states: new StateStore(database),
    strings: new StringStore(database),
  };
  return createRooms({ ...context, storage });
}

/** The current state of a room in memory, as event IDs, in an order of its own. */
export async function stateInMemory({ storage }: RoomsContext, room: Room): Promise<[string, string][]> {
  const nids = [...room.members.values()].map((member) => member.eventNid);
  return sorted([...room.state.values(), ...(await storage.events.getAll(nids))]);
}

/** A state in the order of `stateInMemory`. */
export function inOrder(state: StateMap): [string, string][] {
  return [...state].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The state before an event, as it is stored, in the order of `stateInMemory`. */
export async function stateBefore(
  { storage }: RoomsContext,
  event: StoredEvent,
): Promise<[string, string][]> {
  const entries = await storage.states.entriesOf(event.snapshotNid);
  return sorted(await storage.events.getAll(entries.map((entry) => entry.eventNid)));
}

/** The IDs of a room's timeline, oldest first. */
export async function timelineOf({ storage }: RoomsContext, room: Room): Promise<string[]> {
  const placed = await storage.log.forward(room.nid, 0, Number.MAX_SAFE_INTEGER, 10_000);
  return (await storage.events.getAll(placed.map(({ nid }) => nid))).map((event) => event.eventId);
}

/** Fails unless what a restart would read of a room is what is in memory: head, state, members and their counts. */
export async function expectAsOnDisk(context: RoomsContext, room: Room): Promise<void> {
  const restarted = restartedRooms(context);
  const read = await existingRoom(restarted, room.roomId);
  expect(read.head).to.deep.equal(room.head);
  expect(await stateInMemory(restarted, read)).to.deep.equal(await stateInMemory(context, room));
  const snapshot = { snapshotNid: read.head.snapshotNid } as StoredEvent;
  expect(await stateBefore(restarted, snapshot)).to.deep.equal(await stateInMemory(context, room));
  const summary = ({ members, joinedCount, invitedCount, localJoined }: Room) => ({
    members: [...members].sort(([one], [other]) => (one < other ? -1 : 1)),
    joinedCount,
    invitedCount,
    localJoined: [...localJoined].sort(),
  });
  expect(summary(read)).to.deep.equal(summary(room));
  for (const { userNid } of read.members.values()) {
    const stored = (await restarted.userRooms.of(userNid)).get(room.nid);
    expect((await context.userRooms.of(userNid)).get(room.nid)).to.deep.equal(stored);
  }
}

function sorted(events: readonly StoredEvent[]): [string, string][] {
  return inOrder(
    new Map(events.map(({ pdu, eventId }) => [stateMapKey(pdu.type, pdu.state_key ?? ''), eventId])),
  );
}
