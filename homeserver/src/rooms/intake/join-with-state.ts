import { badJson, forbidden } from '../../protocol/errors.ts';
import { EventStatus, type StateEntry, type StoredEvent } from '../../storage/index.ts';
import { requireEnterable } from '../commands/block-room.ts';
import { inTurns } from '../in-turns.ts';
import { type Room, type Snapshot, stateKeyOf } from '../room.ts';
import { existingRoom } from '../room-access.ts';
import { type EventStrings, entryOf, RoomWriter } from '../room-writer.ts';
import { replaceState } from './advance-room.ts';
import { checkAlone } from './check-alone.ts';
import {
  blankRoom,
  inRoomQueue,
  isServerIn,
  requireOwnMember,
  roomTypeOf,
  rulesOfForeignRoom,
  storeBlank,
} from './enter-room.ts';
import {
  type CheckedState,
  checkState,
  type ForeignState,
  type JudgedState,
  judgeState,
  storeState,
} from './foreign-state.ts';
import type { CheckedEvent, CheckedRoom, IntakeContext } from './intake-context.ts';
import { hasPlace } from './place.ts';
import { receiveWithState } from './receive-event.ts';
import { checkByAuthEvents } from './step-4-auth-events.ts';
import { checkByStateBefore, loadAuthorities } from './step-5-state-before.ts';

/** A join that another server has accepted, and the room as it was before. */
export interface ForeignJoin extends ForeignState {
  readonly roomId: string;
  readonly roomVersion: string;
  /** The join of a user of this server, signed by all who have to; JSON as `parseJson` reads it. */
  readonly join: unknown;
  /**
   * Present if members are missing in the state (`members_omitted`): the servers that are in the room, the one that
   * let us in first. `completePartialState` has to follow.
   */
  readonly partial?: { readonly servers: readonly string[] };
}

/**
 * Enters a room through another server: what that gives of the room becomes its state here, and the join its newest
 * event. A room that is known from an earlier time, which everybody here has left, begins anew: its old state is not
 * looked at, its old history stays.
 *
 * Source: Server-Server API v1.19, `PUT /send_join/v2`.
 * @returns the ID of the join.
 * @throws MatrixError 400 `M_UNSUPPORTED_ROOM_VERSION`, `M_BAD_JSON` and others for what is no such room or join; 403
 * `M_FORBIDDEN` for a join that the state does not allow, and for a blocked room.
 */
export async function joinWithState(context: IntakeContext, joined: ForeignJoin): Promise<string> {
  const { roomId, roomVersion } = joined;
  const rules = rulesOfForeignRoom(roomVersion);
  await requireEnterable(context, roomId);
  const nameless: CheckedRoom = { roomId, rules, createEvent: undefined };
  const join = await checkAlone(context, nameless, joined.join);
  await requireOwnMember(context, join);
  if (join.pdu.content.membership !== 'join') throw badJson('The event is no join');
  const state = await checkState(context, nameless, joined);
  const createEvent = createEventOf(state);
  if ((createEvent.pdu.content.room_version ?? '1') !== roomVersion) {
    throw badJson('The room has another version than the one that it was joined with');
  }
  const isEntered = await inRoomQueue(context, roomId, async (known) => {
    if (known !== undefined && isServerIn(known)) return false;
    const room = known ?? (await blankRoom(context, roomId, rules));
    const judged = await judgeState(context, { nid: room.nid, roomId, rules, createEvent }, state);
    await requireAllowed({ roomId, rules, createEvent }, join, judged);
    // The room before its events: what a crash leaves is found again.
    if (known === undefined) await storeBlank(context, room);
    await storeState(context, judged);
    await enter(context, room, join, judged.state, joined.partial?.servers);
    return true;
  });
  // Somebody else of this server came in meanwhile: this is an event like others.
  if (!isEntered) await receiveJoin(context, roomId, join, joined);
  return join.eventId;
}

async function receiveJoin(
  context: IntakeContext,
  roomId: string,
  join: CheckedEvent,
  state: ForeignState,
): Promise<void> {
  const room = await existingRoom(context, roomId);
  const received = await receiveWithState(context, room, join, state);
  if (received.outcome !== 'accepted' && received.outcome !== 'known') {
    throw forbidden(received.reason ?? 'The join was not accepted');
  }
}

/** @throws MatrixError unless there is one create event in a state. */
function createEventOf({ events, stateIds }: CheckedState): CheckedEvent {
  const found = [...events.values()].filter(
    ({ pdu }) => pdu.type === 'm.room.create' && pdu.state_key === '',
  );
  const [createEvent] = found;
  if (createEvent === undefined || found.length > 1 || !stateIds.has(createEvent.eventId)) {
    throw badJson('The state of the room has to have one create event');
  }
  return createEvent;
}

async function enter(
  context: IntakeContext,
  room: Room,
  join: CheckedEvent,
  before: readonly StoredEvent[],
  servers: readonly string[] | undefined,
): Promise<void> {
  const { storage } = context;
  const isPartial = servers !== undefined;
  const writer = new RoomWriter(context, room);
  writer.setPartial(isPartial);
  const snapshot = await writer.snapshots.replace(await entriesOf(writer, before));
  const { event, strings } = await placeJoin(context, room, writer, join, snapshot);
  if (await isGap(context, room, join)) writer.openGap(event);
  const entry = entryOf(event, strings);
  const after = entry === undefined ? snapshot : await writer.snapshots.change(snapshot, [entry]);
  const old: Snapshot = { nid: room.head.snapshotNid, blocks: room.head.blocks };
  await replaceState(context, room, writer, after, event);
  alignMembers(room, writer, [...before, event], isPartial);
  writer.markEntered(event);
  writer.appendToTimeline(event, strings.stateKeyNid, [{ nid: event.nid, eventId: event.eventId }], after);
  writer.moveState(old, after, event);

  const unit = writer.finish();
  const create = before.find(({ pdu }) => pdu.type === 'm.room.create');
  const roomType = roomTypeOf(create?.pdu.content.type);
  storage.rooms.setEntered(unit, room.nid, roomType, isPartial);
  if (isPartial) storage.rooms.addPartial(unit, { roomNid: room.nid, joinNid: event.nid, servers });
  unit.onCommit(() => {
    room.roomType = roomType;
  });
  const committed = storage.database.commit(unit);
  room.advance(writer.head, committed);
  await committed;
}

/** Whether this server was in the room before, and something happened there since. */
async function isGap(context: IntakeContext, room: Room, { pdu }: CheckedEvent): Promise<boolean> {
  if (room.head.extremities.length === 0) return false;
  const previous = [...(await context.storage.events.getAllById(pdu.prev_events)).values()].filter(hasPlace);
  return previous.length < new Set(pdu.prev_events).size;
}

/** Steps 4 and 5 for the join. */
async function requireAllowed(
  room: CheckedRoom,
  { pdu }: CheckedEvent,
  { events, state }: JudgedState,
): Promise<void> {
  const authEvents = pdu.auth_events.flatMap((eventId) => events.get(eventId) ?? []);
  if (authEvents.length < pdu.auth_events.length) throw forbidden('The authority of the join is missing');
  const byKey = new Map(state.map((event) => [stateKeyOf(event.pdu.type, event.pdu.state_key ?? ''), event]));
  const authorities = await loadAuthorities(pdu, room.rules, async (type, key) =>
    byKey.get(stateKeyOf(type, key)),
  );
  const refused =
    checkByAuthEvents(pdu, authEvents, room) ?? checkByStateBefore(pdu, authorities, room.rules);
  if (refused !== undefined) throw forbidden(refused);
}

/** The entries of stored state events. */
export async function entriesOf(writer: RoomWriter, events: readonly StoredEvent[]): Promise<StateEntry[]> {
  const entries = new Map<string, StateEntry>();
  await inTurns(events, async (part) => {
    for (const event of part) {
      const entry = entryOf(event, await writer.intern(event.pdu));
      if (entry !== undefined) entries.set(stateKeyOf(event.pdu.type, event.pdu.state_key ?? ''), entry);
    }
  });
  return [...entries.values()];
}

async function placeJoin(
  { ids, storage }: IntakeContext,
  room: Room,
  writer: RoomWriter,
  { eventId, pdu }: CheckedEvent,
  before: Snapshot,
): Promise<{ event: StoredEvent; strings: EventStrings }> {
  const strings = await writer.intern(pdu);
  const stored = await storage.events.getById(eventId);
  if (stored !== undefined && hasPlace(stored)) throw badJson('The join is a part of the room already');
  const replaced = await writer.snapshots.entryOf(before, {
    typeNid: strings.typeNid,
    stateKeyNid: strings.stateKeyNid ?? 0,
  });
  const event: StoredEvent = {
    nid: stored?.nid ?? (await ids.event.next()),
    eventId,
    roomNid: room.nid,
    pdu,
    snapshotNid: before.nid,
    status: EventStatus.Accepted,
    replacesNid: replaced ?? null,
    redactedBy: stored?.redactedBy ?? null,
  };
  const json = JSON.stringify(pdu);
  if (stored === undefined) await writer.insert(event, strings, json, json.length);
  else writer.place(event, json.length);
  return { event, strings };
}

/**
 * Makes the memberships those of a state, where only an invite was known, say, or those of an earlier stay.
 *
 * @param isPartial whether a membership that the state lacks may be one that is not here yet.
 */
export function alignMembers(
  room: Room,
  writer: RoomWriter,
  state: readonly StoredEvent[],
  isPartial: boolean,
): void {
  const members = new Map(
    state.flatMap((event) => (event.pdu.type === 'm.room.member' ? [[event.pdu.state_key, event]] : [])),
  );
  for (const [userId, { eventNid }] of room.members) {
    const event = members.get(userId);
    if (event === undefined && !isPartial) writer.dropState('m.room.member', userId);
    else if (event !== undefined && event.nid !== eventNid) writer.setState(event);
  }
}
