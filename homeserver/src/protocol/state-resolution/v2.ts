import { authEventKeys, authorizeEvent } from '../event-auth/index.ts';
import type { Pdu } from '../events.ts';
import type { RoomVersionRules } from '../room-versions.ts';
import { createEventId, KnownEvents } from './known-events.ts';
import { sortByMainline } from './mainline-ordering.ts';
import { sortByPower } from './power-ordering.ts';
import type { KnownEvent, ResolutionSource } from './source.ts';
import { type StateMap, separateState, stateMapKey } from './state-map.ts';

/**
 * State resolution v2 (room versions 2 to 11) and v2.1 (version 12). They differ in two places: v2.1 adds the conflicted
 * state subgraph to what is resolved, and starts from an empty state.
 *
 * Source: specification v1.19, Room versions 2 and 12, "State resolution".
 */
export async function resolveStateV2(
  states: readonly StateMap[],
  rules: RoomVersionRules,
  source: ResolutionSource,
): Promise<Map<string, string>> {
  const { unconflicted, conflicted } = separateState(states, true);
  if (conflicted.size === 0) return unconflicted;
  const known = new KnownEvents(source, rules);
  const fullConflicted = await loadFullConflicted(states, conflicted, known, source, rules);
  const base = rules.stateResolution === 'v2.1' ? new Map<string, string>() : unconflicted;
  await loadAuthorities(fullConflicted, base, known, rules);

  // 1: Power events and what they are based on, in the order of power.
  const power = sortByPower(powerEventsAmong(fullConflicted), known);
  // 2: Each is taken if the state so far allows it.
  const resolved = new Map(base);
  applyAuthorized(power, resolved, known, rules);
  // 3: The others, in the order of the power levels that came out.
  const done = new Set(power);
  const others = fullConflicted.filter((event) => !done.has(event));
  const powerLevelsId = resolved.get(stateMapKey('m.room.power_levels', ''));
  const powerLevels = powerLevelsId === undefined ? undefined : known.get(powerLevelsId);
  // 4: Each is taken if the state so far allows it.
  applyAuthorized(await sortByMainline(others, powerLevels, known), resolved, known, rules);
  // 5: What the states agreed on, stays.
  for (const [key, eventId] of unconflicted) resolved.set(key, eventId);
  return resolved;
}

async function loadFullConflicted(
  states: readonly StateMap[],
  conflicted: ReadonlyMap<string, ReadonlySet<string>>,
  known: KnownEvents,
  source: ResolutionSource,
  rules: RoomVersionRules,
): Promise<KnownEvent[]> {
  const eventIds = new Set([...conflicted.values()].flatMap((rivals) => [...rivals]));
  const conflictedIds = new Set(eventIds);
  for (const eventId of await source.authDifference(states.map((state) => new Set(state.values())))) {
    eventIds.add(eventId);
  }
  if (rules.stateResolution === 'v2.1') {
    for (const eventId of await source.conflictedSubgraph(conflictedIds)) eventIds.add(eventId);
  }
  await known.load(eventIds);
  return known.all(eventIds);
}

/** Loads all that the authorisation of these events may ask for: their `auth_events` and the state that it starts from. */
async function loadAuthorities(
  events: readonly KnownEvent[],
  base: StateMap,
  known: KnownEvents,
  rules: RoomVersionRules,
): Promise<void> {
  const eventIds = new Set<string>();
  for (const event of events) {
    for (const eventId of event.pdu.auth_events) eventIds.add(eventId);
    if (rules.roomIdIsCreateHash) eventIds.add(createEventId(event));
    for (const [type, stateKey] of authEventKeys(event.pdu, rules)) {
      const eventId = base.get(stateMapKey(type, stateKey));
      if (eventId !== undefined) eventIds.add(eventId);
    }
  }
  const powerLevels = base.get(stateMapKey('m.room.power_levels', ''));
  if (powerLevels !== undefined) eventIds.add(powerLevels);
  await known.load(eventIds);
}

/** The power events among the full conflicted set, and the events of that set in their auth chains. */
function powerEventsAmong(fullConflicted: readonly KnownEvent[]): KnownEvent[] {
  const byId = new Map(fullConflicted.map((event) => [event.eventId, event]));
  const found = new Set<KnownEvent>();
  const pending = fullConflicted.filter(({ pdu }) => isPowerEvent(pdu));
  for (let event = pending.pop(); event !== undefined; event = pending.pop()) {
    if (found.has(event)) continue;
    found.add(event);
    for (const eventId of event.pdu.auth_events) {
      const based = byId.get(eventId);
      if (based !== undefined) pending.push(based);
    }
  }
  return [...found];
}

/** Whether the event may take away somebody's power to do something: power levels, join rules, kicks and bans. */
function isPowerEvent(pdu: Pdu): boolean {
  switch (pdu.type) {
    case 'm.room.power_levels':
    case 'm.room.join_rules':
      return pdu.state_key === '';
    case 'm.room.member': {
      const { membership } = pdu.content;
      return (membership === 'leave' || membership === 'ban') && pdu.sender !== pdu.state_key;
    }
    default:
      return false;
  }
}

/**
 * The iterative auth checks: puts into the state, one after the other, the events that it allows. What the state lacks
 * is taken from the event's own `auth_events`, unless it was rejected.
 */
function applyAuthorized(
  events: readonly KnownEvent[],
  state: Map<string, string>,
  known: KnownEvents,
  rules: RoomVersionRules,
): void {
  for (const event of events) {
    const lookup = (type: string, stateKey: string): Pdu | undefined => {
      const eventId = state.get(stateMapKey(type, stateKey));
      const inState = eventId === undefined ? undefined : known.get(eventId);
      if (inState !== undefined) return inState.pdu;
      const cited = type === 'm.room.create' ? known.createOf(event) : known.authEvent(event, type, stateKey);
      return cited?.rejected === false ? cited.pdu : undefined;
    };
    if (authorizeEvent(event.pdu, lookup, rules).allowed) {
      state.set(stateMapKey(event.pdu.type, event.pdu.state_key), event.eventId);
    }
  }
}
