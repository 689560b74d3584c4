import { MAX_DEPTH } from '../../protocol/limits.ts';
import {
  EventStatus,
  ExpectationFailed,
  type StateEntry,
  type StoredEvent,
  type UnitOfWork,
} from '../../storage/index.ts';
import { type Room, type Snapshot, stateKeyOf } from '../room.ts';
import { entryOf, RoomWriter } from '../room-writer.ts';
import { checkAlone, dropInvalid } from './check-alone.ts';
import { inRoomQueue } from './enter-room.ts';
import { checkState, type ForeignState, judgeState, storeState } from './foreign-state.ts';
import type { CheckedEvent, IntakeContext } from './intake-context.ts';
import { RoomStates } from './room-states.ts';
import { eventInState } from './state-lookup.ts';
import { checkByAuthEvents } from './step-4-auth-events.ts';
import { type Authorities, checkByStateBefore, loadAuthorities } from './step-5-state-before.ts';
import { redactionsOf } from './waiting-redactions.ts';

/** Older events of a room, as another server gives them. */
export interface OlderEvents {
  /** JSON as `parseJson` reads it. */
  readonly events: readonly unknown[];
  /** The state before the oldest of them, for those whose predecessors are not here. */
  readonly stateBefore: (oldest: CheckedEvent) => Promise<ForeignState | undefined>;
}

const MOST_EVENTS = 100;
/** How often it is tried again when another process has taken the places in the log. */
const ATTEMPTS = 5;

/**
 * Puts events before what is here of a room's history. They change nothing of what the room is now: they are no news,
 * nobody follows them who did not before, and their rows of the log have positions below all others.
 *
 * @returns how many there are more.
 */
export async function addHistory(context: IntakeContext, room: Room, older: OlderEvents): Promise<number> {
  const checked = await checkNew(context, room, older.events);
  const [oldest] = checked;
  if (oldest === undefined) return 0;
  const isBeginning = oldest.pdu.prev_events.length === 0;
  const foreign = isBeginning ? { state: [], authChain: [] } : await older.stateBefore(oldest);
  if (foreign === undefined) return 0;
  const state = await checkState(context, room, foreign);
  const added = await inRoomQueue(context, room.roomId, async (known) => {
    if (known?.createEvent === undefined) return [];
    const { createEvent, nid, roomId, rules } = known;
    const judged = await judgeState(context, { nid, roomId, rules, createEvent }, state);
    await storeState(context, judged);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await store(context, known, checked, judged.state);
      } catch (error) {
        if (!(error instanceof ExpectationFailed) || attempt === ATTEMPTS) throw error;
      }
    }
  });
  return added.length;
}

/** Steps 1 to 3 for those that have no place yet, each after those that it follows. */
async function checkNew(
  context: IntakeContext,
  room: Room,
  jsons: readonly unknown[],
): Promise<CheckedEvent[]> {
  const checked = new Map<string, CheckedEvent>();
  for (const json of jsons.slice(0, MOST_EVENTS)) {
    const event = await checkAlone(context, room, json).catch(dropInvalid);
    if (event !== undefined) checked.set(event.eventId, event);
  }
  const stored = await context.storage.events.getAllById([...checked.keys()]);
  for (const [eventId, event] of stored) {
    // The beginning has its place at once, but not in the timeline.
    const isBeside = event.status === EventStatus.Outlier && event.roomNid === room.nid;
    if (!isBeside) checked.delete(eventId);
  }
  return inOrder(checked);
}

function inOrder(events: ReadonlyMap<string, CheckedEvent>): CheckedEvent[] {
  const ordered = new Set<CheckedEvent>();
  const stack = [...events.values()].sort((one, other) => other.pdu.depth - one.pdu.depth);
  const begun = new Set<CheckedEvent>();
  for (let event = stack.at(-1); event !== undefined; event = stack.at(-1)) {
    const before = begun.has(event) ? [] : event.pdu.prev_events.flatMap((id) => events.get(id) ?? []);
    begun.add(event);
    const missing = before.filter((previous) => !ordered.has(previous));
    stack.push(...missing);
    if (missing.length > 0) continue;
    stack.pop();
    ordered.add(event);
  }
  return [...ordered];
}

async function store(
  context: IntakeContext,
  room: Room,
  checked: readonly CheckedEvent[],
  given: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const { storage } = context;
  const writer = new RoomWriter(context, room);
  const states = new RoomStates(context, room, writer.snapshots);
  const edge = await states.given(given);
  const redactions = await redactionsOf(context, room.rules, checked);
  const known = new Map<string, StoredEvent>();
  const placed: { event: StoredEvent; userNid: number | null; authorities: Authorities }[] = [];
  for (const candidate of checked) {
    const { eventId, pdu } = candidate;
    const before =
      pdu.prev_events.length === 0
        ? await states.before(pdu)
        : ((await states.afterAll(pdu.prev_events)) ?? edge);
    if (before === undefined) continue;
    const verdict = await judge(context, room, writer, candidate, before, known);
    if (verdict === undefined) continue;
    const { event: judged, authorities } = verdict;
    const event = { ...judged, redactedBy: redactions.get(eventId)?.nid ?? judged.redactedBy };
    const strings = await writer.intern(pdu);
    const isNew = verdict.isNew;
    const json = JSON.stringify(event.pdu);
    if (isNew) await writer.insert(event, strings, json, json.length);
    else writer.place(event, json.length);
    const redaction = redactions.get(eventId);
    if (redaction !== undefined) writer.endWaiting(event, redaction);
    writer.relate(event);
    states.expect(event);
    known.set(eventId, event);
    placed.push({ event, userNid: pdu.type === 'm.room.member' ? strings.stateKeyNid : null, authorities });
  }
  await addRows(context, room, placed, writer.unit);
  await storage.database.commit(writer.finish());
  await redact(context, room, placed);
  return placed.map(({ event }) => event);
}

/** Steps 4 and 5; undefined for what they do not let pass, which nobody needs. */
async function judge(
  context: IntakeContext,
  room: Room,
  writer: RoomWriter,
  { eventId, pdu }: CheckedEvent,
  before: Snapshot,
  known: ReadonlyMap<string, StoredEvent>,
): Promise<{ event: StoredEvent; authorities: Authorities; isNew: boolean } | undefined> {
  const { ids, storage } = context;
  const stored = await storage.events.getAllById([eventId, ...pdu.auth_events]);
  const authEvents = pdu.auth_events.flatMap((id) => known.get(id) ?? stored.get(id) ?? []);
  if (authEvents.length < pdu.auth_events.length) return undefined;
  if (checkByAuthEvents(pdu, authEvents, room) !== undefined) return undefined;
  const inBefore = (key: Omit<StateEntry, 'eventNid'>) => writer.snapshots.entryOf(before, key);
  const byNid = new Map([...known.values()].map((event) => [event.nid, event]));
  const authorities = await loadAuthorities(pdu, room.rules, async (type, key) => {
    const nids = await storage.strings.findAll([type, key]);
    const nid = await inBefore({ typeNid: nids.get(type) ?? 0, stateKeyNid: nids.get(key) ?? 0 });
    return byNid.get(nid ?? 0) ?? eventInState(context, room.rules, inBefore, type, key);
  });
  if (checkByStateBefore(pdu, authorities, room.rules) !== undefined) return undefined;
  const old = stored.get(eventId);
  const event: StoredEvent = {
    nid: old?.nid ?? (await ids.event.next()),
    eventId,
    roomNid: room.nid,
    pdu: { ...(old?.pdu ?? pdu), depth: Math.min(pdu.depth, MAX_DEPTH) },
    snapshotNid: before.nid,
    status: EventStatus.Accepted,
    replacesNid: null,
    redactedBy: old?.redactedBy ?? null,
  };
  const entry = entryOf(event, await writer.intern(pdu));
  const replacesNid = entry === undefined ? null : ((await writer.snapshots.entryOf(before, entry)) ?? null);
  return { event: { ...event, replacesNid }, authorities, isNew: old === undefined };
}

/** Gives events the places in the log before all that are taken, the newest of them the last. */
async function addRows(
  { storage }: IntakeContext,
  room: Room,
  placed: readonly { event: StoredEvent; userNid: number | null }[],
  unit: UnitOfWork,
): Promise<void> {
  let position = Math.min(0, await storage.log.oldest());
  for (const { event, userNid } of placed.toReversed()) {
    position -= 1;
    storage.log.addOlder(unit, { position, room: room.nid, ref: event.nid, user: userNid });
  }
}

/** Applies the redactions among events that are stored by now. */
async function redact(
  context: IntakeContext,
  room: Room,
  placed: readonly { event: StoredEvent; authorities: Authorities }[],
): Promise<void> {
  const writer = new RoomWriter(context, room);
  for (const { event, authorities } of placed) {
    if (event.pdu.type !== 'm.room.redaction') continue;
    await writer.redact(event, (type, key) => authorities.get(stateKeyOf(type, key))?.pdu);
  }
  if (!writer.unit.isEmpty) await context.storage.database.commit(writer.finish());
}
