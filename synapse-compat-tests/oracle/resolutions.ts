import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import {
  type ResolutionSource,
  resolveState,
  type StateMap,
  stateMapKey,
} from '../../homeserver/src/protocol/state-resolution/index.ts';
import { pduToWire } from '../../homeserver/src/protocol/wire.ts';
import type { ForkedRoom } from './forked-rooms.ts';
import type { StateEntry, SynapseOracle } from './synapse-oracle.ts';

/** What the two make of states that meet. */
export interface Resolution {
  readonly ours: StateMap;
  readonly theirs: StateMap;
}

/**
 * Has both sides resolve the states of a room.
 * @param wrongly rules or a source that our side takes, when it is to be wrong.
 */
export async function resolveRoom(
  oracle: SynapseOracle,
  room: ForkedRoom,
  wrongly: { rules?: RoomVersionRules; source?: ResolutionSource } = {},
): Promise<Resolution> {
  const [ours, theirs] = await Promise.all([
    resolveState(room.states, wrongly.rules ?? room.rules, wrongly.source ?? room.source),
    askSynapse(oracle, room, room.rejected),
  ]);
  return { ours, theirs };
}

/** Whether two states are the same. */
export function isSameState(one: StateMap, other: StateMap): boolean {
  return one.size === other.size && [...one].every(([key, eventId]) => other.get(key) === eventId);
}

/** The headings of the known differences in docs/differences-from-synapse.md. */
export const RESOLUTION_DIFFERENCES = [
  'State resolution: rejected events',
  'State resolution of room version 1: rejected events',
] as const;

/** The known difference that explains a difference; undefined if none does. */
export async function explainResolution(
  oracle: SynapseOracle,
  room: ForkedRoom,
  { ours, theirs }: Resolution,
): Promise<(typeof RESOLUTION_DIFFERENCES)[number] | undefined> {
  if (room.rejected.size === 0) return undefined;
  if (room.rules.stateResolution === 'v1') {
    return isSameState(await resolveWithUnseenSurvivors(room), theirs)
      ? RESOLUTION_DIFFERENCES[1]
      : undefined;
  }
  // Told that nothing was rejected, Synapse comes to what we do.
  const withoutRejection = await askSynapse(oracle, room, new Set());
  return isSameState(ours, withoutRejection) ? RESOLUTION_DIFFERENCES[0] : undefined;
}

/** What we come to if, as in Synapse, what alone is left of a conflict is taken, but not seen by what it allows. */
async function resolveWithUnseenSurvivors({
  states,
  rules,
  source,
  rejected,
}: ForkedRoom): Promise<StateMap> {
  const survivors = new Map<string, string>();
  for (const key of new Set(states.flatMap((state) => [...state.keys()]))) {
    const rivals = [...new Set(states.map((state) => state.get(key)))].filter((rival) => rival !== undefined);
    const [survivor, ...others] = rivals.filter((rival) => !rejected.has(rival));
    if (rivals.length > 1 && survivor !== undefined && others.length === 0) survivors.set(key, survivor);
  }
  const unseen = new Set(survivors.values());
  const resolved = await resolveState(states, rules, {
    ...source,
    loadEvents: (eventIds) => source.loadEvents(eventIds.filter((eventId) => !unseen.has(eventId))),
  });
  return new Map([...resolved, ...survivors]);
}

async function askSynapse(
  oracle: SynapseOracle,
  { rules, events, states }: ForkedRoom,
  rejected: ReadonlySet<string>,
): Promise<StateMap> {
  const entryOf = (eventId: string): StateEntry => {
    const event = events.get(eventId);
    return [event?.type ?? '', event?.state_key ?? '', eventId];
  };
  const wire = [...events.values()].map((event) => pduToWire(event, rules));
  const entries = states.map((state) => [...state.values()].map(entryOf));
  const resolved = await oracle.resolve(rules.version, wire, entries, [...rejected]);
  return new Map(resolved.map(([type, stateKey, eventId]) => [stateMapKey(type, stateKey), eventId]));
}

/** A room and what was made of it, for people. */
export function describeResolution(room: ForkedRoom, { ours, theirs }: Resolution): string {
  const name = (eventId: string | undefined) => (eventId === undefined ? 'nothing' : eventId.slice(0, 9));
  const events = [...room.events].map(([eventId, { type, state_key, sender, content, ...event }]) => {
    const cited = event.auth_events.map(name).join(' ');
    const flag = room.rejected.has(eventId) ? ' REJECTED' : '';
    return `${name(eventId)} at ${event.origin_server_ts}, depth ${event.depth}, cites ${cited}${flag}: ${JSON.stringify([type, state_key, sender, content])}`;
  });
  const states = room.states.map(
    (state, index) => `state ${index}: ${[...state.values()].map(name).join(' ')}`,
  );
  const differing = [...new Set([...ours.keys(), ...theirs.keys()])].filter(
    (key) => ours.get(key) !== theirs.get(key),
  );
  const results = differing.map(
    (key) => `${key}: Guildhall has ${name(ours.get(key))}, Synapse ${name(theirs.get(key))}`,
  );
  return [`Room version ${room.rules.version}`, ...events, ...states, ...results].join('\n');
}
