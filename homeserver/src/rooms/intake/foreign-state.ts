import { setImmediate } from 'node:timers/promises';
import { isState } from '../../protocol/events.ts';
import { EventStatus, type StoredEvent, UnitOfWork } from '../../storage/index.ts';
import { authHeightOf } from '../auth-height.ts';
import { inTurns } from '../in-turns.ts';
import { checkOrigin, dropInvalid } from './check-alone.ts';
import type { CheckedEvent, CheckedRoom, IntakeContext } from './intake-context.ts';
import { checkForm } from './step-1-form.ts';
import { checkByAuthEvents } from './step-4-auth-events.ts';
import { redactionsOf } from './waiting-redactions.ts';

/** A state of a room as another server gives it, with all that its events are based on; unchecked. */
export interface ForeignState {
  /** JSON as `parseJson` reads it. */
  readonly state: readonly unknown[];
  readonly authChain: readonly unknown[];
}

/** A foreign state after the checks that need nothing but each event. */
export interface CheckedState {
  /** By ID, those of the auth chain too. */
  readonly events: ReadonlyMap<string, CheckedEvent>;
  /** The IDs of the events that are the state. */
  readonly stateIds: ReadonlySet<string>;
}

/** So many events are checked side by side, authorised, and stored at once, before others get their turn. */
const CHECKED_AT_ONCE = 50;
const JUDGED_AT_ONCE = 200;
const STORED_AT_ONCE = 200;

/**
 * Steps 1 to 3 for every event of a foreign state; what does not pass is left out. What is here was checked when it
 * came.
 */
export async function checkState(
  context: IntakeContext,
  room: CheckedRoom,
  { state, authChain }: ForeignState,
): Promise<CheckedState> {
  const check = async (jsons: readonly unknown[]): Promise<CheckedEvent[]> => {
    const passed: CheckedEvent[] = [];
    for (let first = 0; first < jsons.length; first += CHECKED_AT_ONCE) {
      const part = jsons.slice(first, first + CHECKED_AT_ONCE);
      const formed = part.flatMap((json) => formOf(json, room) ?? []).filter(({ pdu }) => isState(pdu));
      const here = await context.storage.events.getAllById(formed.map(({ eventId }) => eventId));
      const checked = await Promise.all(
        formed.map(
          (event) => here.get(event.eventId) ?? checkOrigin(context, room, event).catch(dropInvalid),
        ),
      );
      passed.push(...checked.filter((event) => event !== undefined));
      await setImmediate();
    }
    return passed;
  };
  const ofState = await check(state);
  const events = new Map([...ofState, ...(await check(authChain))].map((event) => [event.eventId, event]));
  return { events, stateIds: new Set(ofState.map((event) => event.eventId)) };
}

/** A foreign state whose events were authorised. */
export interface JudgedState {
  /** The state, without what is dropped or rejected. */
  readonly state: readonly StoredEvent[];
  /** Every event that it names, or that those are based on, by ID: as it is stored, or is to be. */
  readonly events: ReadonlyMap<string, StoredEvent>;
  /** What is not stored yet. */
  readonly fresh: readonly StoredEvent[];
}

/**
 * Step 4 for every event of a foreign state that is not here yet: each is authorised by its own `auth_events`, and
 * dropped if those are missing. To be called, as `storeState` is, in the room's queue, so that nobody stores the same.
 */
export async function judgeState(
  context: IntakeContext,
  room: CheckedRoom & { readonly nid: number },
  { events, stateIds }: CheckedState,
): Promise<JudgedState> {
  const { ids, storage } = context;
  const named = [...events.values()].flatMap(({ eventId, pdu }) => [eventId, ...pdu.auth_events]);
  const known = new Map<string, StoredEvent>();
  await inTurns([...new Set(named)], async (part) => {
    for (const [eventId, event] of await storage.events.getAllById(part)) known.set(eventId, event);
  });
  // Room versions 1 and 2 let servers choose IDs: what has that of another room's event is dropped.
  const isOfOther = (eventId: string) => (known.get(eventId)?.roomNid ?? room.nid) !== room.nid;
  const ordered = byAuthority(events).filter(({ eventId }) => !isOfOther(eventId));
  const redactions = new Map<string, StoredEvent>();
  await inTurns(ordered, async (part) => {
    for (const [eventId, event] of await redactionsOf(context, room.rules, part))
      redactions.set(eventId, event);
  });
  for (const eventId of known.keys()) if (isOfOther(eventId)) known.delete(eventId);
  const fresh: StoredEvent[] = [];
  for (const [at, { eventId, pdu }] of ordered.entries()) {
    if (at % JUDGED_AT_ONCE === 0) await setImmediate();
    if (known.has(eventId)) continue;
    const authEvents = pdu.auth_events.flatMap((id) => known.get(id) ?? []);
    if (authEvents.length < pdu.auth_events.length) continue;
    const refused = checkByAuthEvents(pdu, authEvents, room);
    const event = {
      nid: await ids.event.next(),
      eventId,
      roomNid: room.nid,
      pdu,
      snapshotNid: 0,
      status: refused === undefined ? EventStatus.Outlier : EventStatus.Rejected,
      replacesNid: null,
      redactedBy: redactions.get(eventId)?.nid ?? null,
    };
    known.set(eventId, event);
    fresh.push(event);
  }
  const state = [...stateIds].flatMap((eventId) => known.get(eventId) ?? []);
  return {
    state: state.filter((event) => event.status !== EventStatus.Rejected),
    events: known,
    fresh,
  };
}

/** Stores what is not here yet of a foreign state, as outliers. */
export async function storeState({ storage }: IntakeContext, { fresh }: JudgedState): Promise<void> {
  const heights = new Map<string, number>();
  for (let first = 0; first < fresh.length; first += STORED_AT_ONCE) {
    const part = fresh.slice(first, first + STORED_AT_ONCE);
    const texts = part.flatMap(({ pdu }) => [pdu.type, pdu.sender, pdu.state_key ?? '']);
    const strings = await storage.strings.internAll([...new Set(texts)]);
    const unit = new UnitOfWork();
    for (const event of part) {
      const height = await authHeightOf(storage, event.pdu, heights);
      heights.set(event.eventId, height);
      storage.authHeights.insert(unit, event.nid, event.roomNid, height);
      const { type, sender, state_key: stateKey = '', origin_server_ts: time } = event.pdu;
      storage.events.insert(unit, {
        ...event,
        typeNid: strings.get(type) ?? 0,
        stateKeyNid: strings.get(stateKey) ?? 0,
        senderNid: strings.get(sender) ?? 0,
        originServerTs: Math.max(-Number.MAX_SAFE_INTEGER, Math.min(time, Number.MAX_SAFE_INTEGER)),
        json: JSON.stringify(event.pdu),
      });
      if (event.redactedBy === null) continue;
      storage.events.markRedacted(unit, event.nid, event.redactedBy);
      storage.waiting.endRedactions(unit, event.eventId);
    }
    await storage.database.commit(unit);
  }
}

function formOf(json: unknown, room: CheckedRoom): CheckedEvent | undefined {
  try {
    return checkForm(json, room);
  } catch (error) {
    return dropInvalid(error);
  }
}

/** Events, each after those that it names as its authority. */
function byAuthority(events: ReadonlyMap<string, CheckedEvent>): CheckedEvent[] {
  const ordered: CheckedEvent[] = [];
  const seen = new Set<string>();
  for (const start of events.keys()) {
    const stack = [{ eventId: start, isLeft: false }];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const event = events.get(at.eventId);
      if (event === undefined) continue;
      if (at.isLeft) ordered.push(event);
      else if (!seen.has(at.eventId)) {
        seen.add(at.eventId);
        stack.push({ eventId: at.eventId, isLeft: true });
        for (const eventId of event.pdu.auth_events) stack.push({ eventId, isLeft: false });
      }
    }
  }
  return ordered;
}
