import { compareCodePoints } from '../canonical-json.ts';
import type { KnownEvents } from './known-events.ts';
import type { KnownEvent } from './source.ts';

/** Something to order by: the lesser comes first. */
interface Candidate {
  readonly event: KnownEvent;
  readonly level: number;
}

/**
 * The reverse topological power ordering: events after those that they are based on, and among those that could come
 * next the one of the most powerful sender, then the oldest, then the one with the least ID.
 * @param events whose `auth_events` are loaded.
 *
 * Source: specification v1.19, Room version 2, "State resolution".
 */
export function sortByPower(events: readonly KnownEvent[], known: KnownEvents): KnownEvent[] {
  const candidates = new Map(
    events.map((event) => [event.eventId, { event, level: known.senderLevel(event) }]),
  );
  const citedBy = new Map<string, Candidate[]>();
  const waitsFor = new Map<Candidate, number>();
  const ready = new CandidateHeap();
  for (const candidate of candidates.values()) {
    const based = [...new Set(candidate.event.pdu.auth_events)].filter((eventId) => candidates.has(eventId));
    waitsFor.set(candidate, based.length);
    for (const eventId of based) {
      const citing = citedBy.get(eventId);
      if (citing === undefined) citedBy.set(eventId, [candidate]);
      else citing.push(candidate);
    }
    if (based.length === 0) ready.push(candidate);
  }
  const sorted: KnownEvent[] = [];
  for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
    sorted.push(next.event);
    for (const citing of citedBy.get(next.event.eventId) ?? []) {
      const left = (waitsFor.get(citing) ?? 0) - 1;
      waitsFor.set(citing, left);
      if (left === 0) ready.push(citing);
    }
  }
  return sorted;
}

function compareCandidates(left: Candidate, right: Candidate): number {
  // Not a subtraction: two creators of version 12 have infinite levels.
  if (left.level !== right.level) return left.level > right.level ? -1 : 1;
  return compareByAge(left.event, right.event);
}

/** The older event first, the lesser ID among events of the same time. */
export function compareByAge(left: KnownEvent, right: KnownEvent): number {
  const age = left.pdu.origin_server_ts - right.pdu.origin_server_ts;
  return age !== 0 ? age : compareCodePoints(left.eventId, right.eventId);
}

/** A binary heap with the least candidate on top. */
class CandidateHeap {
  readonly #items: Candidate[] = [];

  push(item: Candidate): void {
    const items = this.#items;
    let index = items.push(item) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = items[parentIndex] as Candidate;
      if (compareCandidates(parent, item) <= 0) break;
      items[index] = parent;
      index = parentIndex;
    }
    items[index] = item;
  }

  pop(): Candidate | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      const left = items[childIndex];
      if (left === undefined) break;
      const right = items[childIndex + 1];
      const child = right !== undefined && compareCandidates(right, left) < 0 ? right : left;
      if (child === right) childIndex++;
      if (compareCandidates(last, child) <= 0) break;
      items[index] = child;
      index = childIndex;
    }
    items[index] = last;
    return top;
  }
}
