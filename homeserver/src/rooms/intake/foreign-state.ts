import { isState, type Pdu } from '../../protocol/events.ts';
import { EventStatus, type StoredEvent, UnitOfWork } from '../../storage/index.ts';
import { checkOrigin, dropInvalid } from './check-alone.ts';
import type { CheckedEvent, CheckedRoom, IntakeContext } from './intake-context.ts';
import { checkForm } from './step-1-form.ts';
import { checkByAuthEvents } from './step-4-auth-events.ts';

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

/** So many signatures are checked side by side, and so many events stored at once, before others get their turn. */
const CHECKED_AT_ONCE = 50;
const STORED_AT_ONCE = 500;

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
    }
    return passed;
  };
  const ofState = await check(state);
  const events = new Map([...ofState, ...(await check(authChain))].map((event) => [event.eventId, event]));
  return { events, stateIds: new Set(ofState.map((event) => event.eventId)) };
}

/**
 * Stores the events of a foreign state that are not here yet, as outliers: each is authorised by its own `auth_events`,
 * and dropped if those are missing. In the room's queue, so that nobody stores the same at the same time.
 *
 * @returns the state, without what is dropped or rejected.
 */
export async function storeState(
  context: IntakeContext,
  room: CheckedRoom & { readonly nid: number },
  { events, stateIds }: CheckedState,
): Promise<StoredEvent[]> {
  const { storage } = context;
  const known = await storage.events.getAllById([...events.keys()]);
  // Room versions 1 and 2 let servers choose IDs: what has that of another room's event is dropped.
  const isOfOther = ({ eventId }: CheckedEvent) => (known.get(eventId)?.roomNid ?? room.nid) !== room.nid;
  const ordered = byAuthority(events).filter((event) => !isOfOther(event));
  for (const event of known.values()) if (event.roomNid !== room.nid) known.delete(event.eventId);
  const missing = ordered.flatMap(({ pdu }) => pdu.auth_events).filter((id) => !events.has(id));
  for (const [id, event] of await storage.events.getAllById([...new Set(missing)])) {
    if (event.roomNid === room.nid) known.set(id, event);
  }
  await internAll(
    context,
    ordered.map(({ pdu }) => pdu),
  );
  let unit = new UnitOfWork();
  for (const event of ordered) {
    if (known.has(event.eventId)) continue;
    const authEvents = event.pdu.auth_events.map((id) => known.get(id));
    if (authEvents.includes(undefined)) continue;
    const refused = checkByAuthEvents(event.pdu, authEvents as StoredEvent[], room);
    const status = refused === undefined ? EventStatus.Outlier : EventStatus.Rejected;
    known.set(event.eventId, await insertOutlier(context, unit, room.nid, event, status));
    if (unit.statements.length < STORED_AT_ONCE) continue;
    await storage.database.commit(unit);
    unit = new UnitOfWork();
  }
  if (unit.statements.length > 0) await storage.database.commit(unit);
  const stored = [...stateIds].flatMap((eventId) => known.get(eventId) ?? []);
  return stored.filter((event) => event.status !== EventStatus.Rejected);
}

function formOf(json: unknown, room: CheckedRoom): CheckedEvent | undefined {
  try {
    return checkForm(json, room);
  } catch (error) {
    return dropInvalid(error);
  }
}

async function internAll({ storage }: IntakeContext, pdus: readonly Pdu[]): Promise<void> {
  const texts = new Set(
    pdus.flatMap(({ type, sender, state_key: stateKey = '' }) => [type, sender, stateKey]),
  );
  const all = [...texts];
  for (let first = 0; first < all.length; first += STORED_AT_ONCE) {
    await storage.strings.internAll(all.slice(first, first + STORED_AT_ONCE));
  }
}

async function insertOutlier(
  { ids, storage }: IntakeContext,
  unit: UnitOfWork,
  roomNid: number,
  { eventId, pdu }: CheckedEvent,
  status: EventStatus,
): Promise<StoredEvent> {
  const { type, sender, state_key: stateKey = '' } = pdu;
  const strings = await storage.strings.internAll([type, sender, stateKey]);
  const event: StoredEvent = {
    nid: await ids.event.next(),
    eventId,
    roomNid,
    pdu,
    snapshotNid: 0,
    status,
    replacesNid: null,
    redactedBy: null,
  };
  const time = pdu.origin_server_ts;
  storage.events.insert(unit, {
    ...event,
    typeNid: strings.get(type) ?? 0,
    stateKeyNid: strings.get(stateKey) ?? 0,
    senderNid: strings.get(sender) ?? 0,
    originServerTs: Math.max(-Number.MAX_SAFE_INTEGER, Math.min(time, Number.MAX_SAFE_INTEGER)),
    json: JSON.stringify(pdu),
  });
  return event;
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
