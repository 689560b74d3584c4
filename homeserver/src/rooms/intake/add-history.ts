import { MAX_DEPTH } from '../../protocol/limits.ts';
import {
  EventStatus,
  ExpectationFailed,
  type HistoryGap,
  type StateEntry,
  type StoredEvent,
  type UnitOfWork,
} from '../../storage/index.ts';
import { depthOfOldest } from '../history-gaps.ts';
import { type Room, type Snapshot, stateKeyOf } from '../room.ts';
import { entryOf, RoomWriter } from '../room-writer.ts';
import { checkAlone, dropInvalid } from './check-alone.ts';
import { inRoomQueue } from './enter-room.ts';
import { checkState, type ForeignState, judgeState, storeState } from './foreign-state.ts';
import type { CheckedEvent, IntakeContext } from './intake-context.ts';
import { hasPlace } from './place.ts';
import { RoomStates } from './room-states.ts';
import { eventInState } from './state-lookup.ts';
import { checkByAuthEvents } from './step-4-auth-events.ts';
import { type Authorities, checkByStateBefore, loadAuthorities } from './step-5-state-before.ts';
import { redactionsOf } from './waiting-redactions.ts';

/** Older events of a room, as another server gives them. */
export interface OlderEvents {
  /** JSON as `parseJson` reads it. */
  readonly events: readonly unknown[];
  /** The state before one of them, for those whose predecessors are not here. */
  readonly stateBefore: (oldest: CheckedEvent) => Promise<ForeignState | undefined>;
  /** The place in the timeline where they are missing; before everything that is here unless given. */
  readonly missingIn?: { readonly gap: HistoryGap; readonly eventIds: ReadonlySet<string> };
}

/** What became of older events. */
export interface AddedHistory {
  /** How many there are more. */
  readonly added: number;
  /** Whether there was nothing among them that is not here. */
  readonly isKnown: boolean;
}

const MOST_EVENTS = 100;
/** How often it is tried again when another process has taken the places in the log. */
const ATTEMPTS = 5;

/**
 * Puts events before what is here of a room's history, or where they are missing in it. They change nothing of what the
 * room is now: they are no news, nobody follows them who did not before, and their rows of the log have positions below
 * all others, or those that were left free for them.
 *
 * @throws ExpectationFailed if others came into the same gap meanwhile.
 */
export async function addHistory(
  context: IntakeContext,
  room: Room,
  older: OlderEvents,
): Promise<AddedHistory> {
  const { checked, isKnown } = await checkNew(context, room, older);
  const unfounded = await firstUnfounded(context, checked);
  const foreign = unfounded === undefined ? NO_STATE : await older.stateBefore(unfounded);
  if (checked.length === 0 || foreign === undefined) return { added: 0, isKnown };
  const state = await checkState(context, room, foreign);
  const added = await inRoomQueue(context, room.roomId, async (known) => {
    if (known?.createEvent === undefined) return [];
    const { createEvent, nid, roomId, rules } = known;
    const judged = await judgeState(context, { nid, roomId, rules, createEvent }, state);
    await storeState(context, judged);
    const given = unfounded === undefined ? undefined : judged.state;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await store(context, known, checked, given, older.missingIn?.gap);
      } catch (error) {
        const mayRetry = error instanceof ExpectationFailed && older.missingIn === undefined;
        if (!mayRetry || attempt === ATTEMPTS) throw error;
      }
    }
  });
  return { added: added.length, isKnown };
}

const NO_STATE: ForeignState = { state: [], authChain: [] };

/** Steps 1 to 3 for those that have no place yet, each after those that it follows. */
async function checkNew(
  context: IntakeContext,
  room: Room,
  { events, missingIn }: OlderEvents,
): Promise<{ checked: CheckedEvent[]; isKnown: boolean }> {
  const checked = new Map<string, CheckedEvent>();
  const given = events.slice(0, MOST_EVENTS);
  for (const json of given) {
    const event = await checkAlone(context, room, json).catch(dropInvalid);
    if (event !== undefined) checked.set(event.eventId, event);
  }
  const known = await withoutPlace(context, room, checked);
  const isKnown = known === given.length;
  if (missingIn === undefined) return { checked: inOrder(checked), isKnown };
  const { gap, eventIds } = missingIn;
  const connected = await connectedTo(context, room, checked, eventIds);
  const free = gap.position - gap.floor - 1;
  return { checked: inOrder(connected).slice(-free), isKnown };
}

/** Leaves in a map what has no place in the timeline yet. @returns how many it has taken out. */
async function withoutPlace(
  { storage }: IntakeContext,
  room: Room,
  events: Map<string, CheckedEvent>,
): Promise<number> {
  let known = 0;
  for (const [eventId, event] of await storage.events.getAllById([...events.keys()])) {
    // The beginning has its place at once, but not in the timeline.
    const isBeside = event.status === EventStatus.Outlier && event.roomNid === room.nid;
    if (!isBeside && events.delete(eventId)) known += 1;
  }
  return known;
}

/**
 * Those of some events that missing ones are, or follow in turn. What is as old as the oldest event of the timeline is not
 * missing between others.
 */
async function connectedTo(
  context: IntakeContext,
  room: Room,
  events: ReadonlyMap<string, CheckedEvent>,
  missing: ReadonlySet<string>,
): Promise<Map<string, CheckedEvent>> {
  const beginning = (await depthOfOldest(context, room)) ?? 0;
  const connected = new Map<string, CheckedEvent>();
  for (let from = [...missing]; from.length > 0; ) {
    const found = from.flatMap((eventId) => (connected.has(eventId) ? [] : (events.get(eventId) ?? [])));
    const between = found.filter(({ pdu }) => pdu.depth > beginning);
    for (const event of between) connected.set(event.eventId, event);
    from = between.flatMap(({ pdu }) => pdu.prev_events);
  }
  return connected;
}

/** The first of some events before which the state does not follow from what is here and those before it. */
async function firstUnfounded(
  { storage }: IntakeContext,
  checked: readonly CheckedEvent[],
): Promise<CheckedEvent | undefined> {
  const own = new Set(checked.map(({ eventId }) => eventId));
  const previous = await storage.events.getAllById(checked.flatMap(({ pdu }) => pdu.prev_events));
  return checked.find(({ pdu }) =>
    pdu.prev_events.some((eventId) => {
      const event = previous.get(eventId);
      return !own.has(eventId) && (event === undefined || !hasPlace(event));
    }),
  );
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
  given: readonly StoredEvent[] | undefined,
  gap: HistoryGap | undefined,
): Promise<StoredEvent[]> {
  const { storage } = context;
  const writer = new RoomWriter(context, room);
  const states = new RoomStates(context, room, writer.snapshots);
  const edge = given && (await states.given(given));
  // Some may have come on another way meanwhile.
  const fresh = new Map(checked.map((event) => [event.eventId, event]));
  await withoutPlace(context, room, fresh);
  const redactions = await redactionsOf(context, room.rules, [...fresh.values()]);
  const known = new Map<string, StoredEvent>();
  const placed: { event: StoredEvent; userNid: number | null; authorities: Authorities }[] = [];
  for (const candidate of fresh.values()) {
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
    else {
      writer.place(event, json.length);
      storage.waiting.endEvent(writer.unit, event.nid);
    }
    const redaction = redactions.get(eventId);
    if (redaction !== undefined) writer.endWaiting(event, redaction);
    writer.relate(event);
    states.expect(event);
    known.set(eventId, event);
    placed.push({ event, userNid: pdu.type === 'm.room.member' ? strings.stateKeyNid : null, authorities });
  }
  if (placed.length === 0) return [];
  await addRows(context, room, placed, writer.unit, gap);
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

/** Gives events the places in the log before all that are taken, of all or in a gap, the newest of them the last. */
async function addRows(
  { storage }: IntakeContext,
  room: Room,
  placed: readonly { event: StoredEvent; userNid: number | null }[],
  unit: UnitOfWork,
  gap: HistoryGap | undefined,
): Promise<void> {
  // An invite that came before this server was in the room has a row since then.
  const present = await storage.log.positionsOf(placed.map(({ event }) => event.nid));
  const without = placed.filter(({ event }) => !present.has(event.nid));
  let position = gap?.position ?? Math.min(0, await storage.log.oldest());
  for (const { event, userNid } of without.toReversed()) {
    position -= 1;
    const row = { position, room: room.nid, ref: event.nid };
    if (gap === undefined) storage.log.addOlder(unit, { ...row, user: userNid });
    else storage.log.addMissed(unit, row);
  }
  if (gap !== undefined) storage.historyGaps.fill(unit, gap, without.length);
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
