import type { Room } from '../room.ts';
import { checkAlone, dropInvalid } from './check-alone.ts';
import type { CheckedEvent, IntakeContext, MissingEvents } from './intake-context.ts';
import { hasPlace } from './place.ts';

/** How often one received event makes us ask for others, and how many we then look at. */
const MOST_ROUNDS = 20;
const MOST_EVENTS = 500;

/** An event to take in. */
export interface Candidate extends CheckedEvent {
  /** Only named as an authority, so that the events before it do not matter. */
  readonly isOutlier: boolean;
  /** Given to this server alone, which has to pass it on. */
  readonly isHandedOver?: boolean;
}

/**
 * Finds what an event needs to be placed: the events that it follows and those that it names as its authority, and what
 * these need in turn, as far as they can be had.
 *
 * @returns the event itself, last, and what is not stored yet, each after what it needs.
 */
export async function gatherMissing(
  context: IntakeContext,
  room: Room,
  event: CheckedEvent,
  source: MissingEvents,
): Promise<Candidate[]> {
  const pool = new Map([[event.eventId, event]]);
  const asked = new Set<string>();
  for (let round = 1; ; round += 1) {
    const { candidates, missing } = await followReferences(context, room, event, pool);
    const fresh = missing.filter((eventId) => !asked.has(eventId));
    if (fresh.length === 0 || round > MOST_ROUNDS || pool.size >= MOST_EVENTS)
      return inOrder(candidates, event);
    for (const eventId of fresh) asked.add(eventId);
    const answered = await source.fetch(room.roomId, fresh);
    for (const json of answered.slice(0, MOST_EVENTS - pool.size)) {
      const checked = await checkAlone(context, room, json).catch(dropInvalid);
      if (checked !== undefined) pool.set(checked.eventId, checked);
    }
  }
}

/** Walks from an event to all that it needs and that has no place yet: what is here of it, and what is not. */
async function followReferences(
  context: IntakeContext,
  room: Room,
  event: CheckedEvent,
  pool: ReadonlyMap<string, CheckedEvent>,
): Promise<{ candidates: Map<string, Candidate>; missing: string[] }> {
  const candidates = new Map<string, Candidate>([[event.eventId, { ...event, isOutlier: false }]]);
  const missing = new Set<string>();
  for (let from: Candidate[] = [...candidates.values()]; from.length > 0; ) {
    const previous = new Set(from.flatMap(({ isOutlier, pdu }) => (isOutlier ? [] : pdu.prev_events)));
    const named = new Set([...previous, ...from.flatMap(({ pdu }) => pdu.auth_events)]);
    const stored = await context.storage.events.getAllById([...named]);
    from = [];
    for (const eventId of named) {
      const isOutlier = !previous.has(eventId);
      const known = stored.get(eventId);
      if (known !== undefined && (isOutlier || known.roomNid !== room.nid || hasPlace(known))) continue;
      // Reached twice, the second time as one of those that another follows: then it needs its place after all.
      const before = candidates.get(eventId);
      if (before !== undefined && (isOutlier || !before.isOutlier)) continue;
      const checked = known ?? pool.get(eventId);
      if (checked === undefined) {
        missing.add(eventId);
        continue;
      }
      const candidate = { eventId, pdu: checked.pdu, isOutlier };
      candidates.set(eventId, candidate);
      from.push(candidate);
    }
  }
  return { candidates, missing: [...missing] };
}

/** The candidates, each after those that it names. */
function inOrder(candidates: ReadonlyMap<string, Candidate>, last: CheckedEvent): Candidate[] {
  const ordered: Candidate[] = [];
  const seen = new Set<string>();
  const stack = [{ eventId: last.eventId, isLeft: false }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const candidate = candidates.get(at.eventId);
    if (candidate === undefined) continue;
    if (at.isLeft) {
      ordered.push(candidate);
      continue;
    }
    if (seen.has(at.eventId)) continue;
    seen.add(at.eventId);
    stack.push({ eventId: at.eventId, isLeft: true });
    const { auth_events: authEvents, prev_events: previous } = candidate.pdu;
    for (const eventId of [...previous, ...authEvents]) stack.push({ eventId, isLeft: false });
  }
  return ordered;
}
