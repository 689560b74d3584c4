import { createHash } from 'node:crypto';
import { authEventKeys, authorizeEvent, type StateLookup } from '../event-auth/index.ts';
import type { Pdu } from '../events.ts';
import type { RoomVersionRules } from '../room-versions.ts';
import { KnownEvents } from './known-events.ts';
import type { KnownEvent, ResolutionSource } from './source.ts';
import { type StateMap, separateState, stateMapKey } from './state-map.ts';

/**
 * State resolution of room version 1. It is known to reset state; rooms of that version have no other.
 *
 * Source: specification v1.19, Room version 1, "State resolution".
 */
export async function resolveStateV1(
  states: readonly StateMap[],
  rules: RoomVersionRules,
  source: ResolutionSource,
): Promise<Map<string, string>> {
  const { unconflicted, conflicted } = separateState(states, false);
  const known = new KnownEvents(source, rules);
  await known.load([...conflicted.values()].flatMap((eventIds) => [...eventIds]));
  const rivals = new Map<string, KnownEvent[]>();
  for (const [key, eventIds] of conflicted) {
    const events = known.all(eventIds).filter((event) => !event.rejected);
    if (events[0] !== undefined) rivals.set(key, events);
  }
  await known.load(neededUnconflicted(rivals, unconflicted, rules));

  const resolved = new Map(unconflicted);
  const lookup: StateLookup = (type, stateKey) => {
    const eventId = resolved.get(stateMapKey(type, stateKey));
    const event = eventId === undefined ? undefined : known.get(eventId);
    return event?.rejected === false ? event.pdu : undefined;
  };
  const powerLevels = stateMapKey('m.room.power_levels', '');
  const stages: ((key: string, event: KnownEvent) => boolean)[] = [
    (key) => key === powerLevels,
    (_key, event) => event.pdu.type === 'm.room.join_rules',
    (_key, event) => event.pdu.type === 'm.room.member',
  ];
  const pending = new Map(rivals);
  for (const belongs of stages) {
    const decided = new Map<string, string>();
    for (const [key, events] of pending) {
      if (!belongs(key, events[0] as KnownEvent)) continue;
      decided.set(key, lastAuthorized(events, lookup, rules).eventId);
      pending.delete(key);
    }
    // Not before the stage is over: members do not count for each other.
    for (const [key, eventId] of decided) resolved.set(key, eventId);
  }
  const others = [...pending].map(
    ([key, events]) => [key, firstAuthorized(events, lookup, rules).eventId] as const,
  );
  for (const [key, eventId] of others) resolved.set(key, eventId);
  return resolved;
}

/** What the state agreed upon has of what the conflicted events are authorised by. */
function neededUnconflicted(
  rivals: ReadonlyMap<string, readonly KnownEvent[]>,
  unconflicted: StateMap,
  rules: RoomVersionRules,
): string[] {
  const needed: string[] = [];
  for (const { pdu } of [...rivals.values()].flat()) {
    for (const [type, stateKey] of authEventKeys(pdu, rules)) {
      const eventId = unconflicted.get(stateMapKey(type, stateKey));
      if (eventId !== undefined) needed.push(eventId);
    }
  }
  return needed;
}

/** For events that authorise others: from the least deep on, up to the last that the one before allows. */
function lastAuthorized(
  events: readonly KnownEvent[],
  lookup: StateLookup,
  rules: RoomVersionRules,
): KnownEvent {
  const [first, ...others] = sortByDepth(events).reverse();
  let current = first as KnownEvent;
  for (const event of others) {
    if (!isAuthorized(event.pdu, withEvent(lookup, current), rules)) break;
    current = event;
  }
  return current;
}

/** For all other events: the deepest that is allowed, or else the least deep. */
function firstAuthorized(
  events: readonly KnownEvent[],
  lookup: StateLookup,
  rules: RoomVersionRules,
): KnownEvent {
  const sorted = sortByDepth(events);
  return (sorted.find((event) => isAuthorized(event.pdu, lookup, rules)) ?? sorted.at(-1)) as KnownEvent;
}

function isAuthorized(pdu: Pdu, lookup: StateLookup, rules: RoomVersionRules): boolean {
  return authorizeEvent(pdu, lookup, rules).allowed;
}

function withEvent(lookup: StateLookup, { pdu }: KnownEvent): StateLookup {
  return (type, stateKey) => (type === pdu.type && stateKey === pdu.state_key ? pdu : lookup(type, stateKey));
}

/** The deepest first; among those of the same depth the one whose ID has the least SHA-1. */
function sortByDepth(events: readonly KnownEvent[]): KnownEvent[] {
  const keyed = events.map((event) => ({
    event,
    depth: BigInt(event.pdu.exact?.depth?.rawJSON ?? event.pdu.depth),
    sha1: createHash('sha1').update(event.eventId).digest('hex'),
  }));
  keyed.sort((left, right) => {
    if (left.depth !== right.depth) return left.depth > right.depth ? -1 : 1;
    return left.sha1 < right.sha1 ? -1 : 1;
  });
  return keyed.map(({ event }) => event);
}
