import {
  compareCodePoints,
  type JsonObject,
  type JsonValue,
} from '../../homeserver/src/protocol/canonical-json.ts';
import {
  type AuthDecision,
  authEventKeys,
  authorizeEvent,
  checkAuthEvents,
} from '../../homeserver/src/protocol/event-auth/index.ts';
import type { Pdu } from '../../homeserver/src/protocol/events.ts';
import { eventIdOf } from '../../homeserver/src/protocol/hashing.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { pduToWire } from '../../homeserver/src/protocol/wire.ts';
import type { EventCase } from './event-cases.ts';
import type { SynapseOracle, SynapseVerdict } from './synapse-oracle.ts';

/** What Guildhall and Synapse say about one question. */
export type Comparison = VerdictComparison | SelectionComparison;

/** Whether the state allows the event, or whether what its `auth_events` name is right. */
export interface VerdictComparison {
  readonly of: 'state' | 'auth events';
  readonly ours: AuthDecision;
  readonly theirs: SynapseVerdict;
}

/** What `auth_events` should name, as text. */
interface SelectionComparison {
  readonly of: 'selection';
  readonly ours: string;
  readonly theirs: string;
}

/** How our side judges, for tests that it would be noticed if it judged wrongly. */
export interface Judging {
  readonly rules?: RoomVersionRules;
  readonly sees?: (pdu: Pdu) => boolean;
}

/** Has both sides judge an event. */
export async function judgeEvent(
  oracle: SynapseOracle,
  given: EventCase,
  judging: Judging = {},
): Promise<Comparison[]> {
  const { rules: version, event, state, others, rejected } = given;
  const wire = (pdu: Pdu): JsonObject => pduToWire(pdu, version);
  const theirs = await oracle.judge(version.version, wire(event), {
    state: state.map(wire),
    cited: others.map(wire),
    rejected: [...rejected],
  });
  const rules = judging.rules ?? version;
  // Synapse looks at create events when it looks at auth events.
  const byState = event.type === 'm.room.create' ? theirs.by_cited : theirs.by_state;
  const comparisons: Comparison[] = [{ of: 'state', ours: decideByState(given, judging), theirs: byState }];
  if (event.type === 'm.room.create' || theirs.selection === null) return comparisons;
  return [
    ...comparisons,
    { of: 'auth events', ours: decideByCited(given, rules), theirs: theirs.by_cited },
    {
      of: 'selection',
      ours: writeSelection(event, rules),
      theirs: writeTheirSelection(theirs.selection, version),
    },
  ];
}

/** Whether the two agree. Why they reject is not compared. */
export function agree(comparison: Comparison): boolean {
  const { of, ours, theirs } = comparison;
  return of === 'selection' ? ours === theirs : ours.allowed === theirs.allowed;
}

/** Our verdict by the state. */
export function decideByState(given: EventCase, { rules, sees = () => true }: Judging = {}): AuthDecision {
  const lookup = (type: string, stateKey: string) =>
    given.state.find((pdu) => pdu.type === type && pdu.state_key === stateKey && sees(pdu));
  return authorizeEvent(given.event, lookup, rules ?? given.rules);
}

function decideByCited(given: EventCase, rules: RoomVersionRules): AuthDecision {
  const { event, state, others, rejected } = given;
  // That none was rejected is the caller's to check, as `checkAuthEvents` says.
  if (event.auth_events.some((eventId) => rejected.includes(eventId)))
    return { allowed: false, reason: 'Rejected' };
  const known = new Map([...state, ...others].map((pdu) => [eventIdOf(pdu, given.rules), pdu]));
  const cited = event.auth_events.map((eventId) => known.get(eventId)).filter((pdu) => pdu !== undefined);
  return checkAuthEvents(event, cited, rules);
}

function writeSelection(event: Pdu, rules: RoomVersionRules): string {
  const keys = authEventKeys(event, rules).sort(
    ([type, stateKey], [otherType, otherKey]) =>
      compareCodePoints(type, otherType) || compareCodePoints(stateKey, otherKey),
  );
  return JSON.stringify(keys);
}

/**
 * Synapse names the create event also where events must not cite it, which it sees to elsewhere, and state keys that
 * are no strings, which no event has.
 */
function writeTheirSelection(selection: readonly [string, JsonValue][], rules: RoomVersionRules): string {
  const keys = selection.filter(
    ([type, stateKey]) =>
      typeof stateKey === 'string' && !(rules.roomIdIsCreateHash && type === 'm.room.create'),
  );
  return JSON.stringify(keys);
}

/** A case and what was said about it, for people. */
export function describeCase({ rules, event, state, rejected }: EventCase, comparison: Comparison): string {
  const line = (pdu: Pdu) =>
    JSON.stringify([pdu.type, pdu.state_key, pdu.sender, pdu.content, eventIdOf(pdu, rules)]);
  return [
    `Room version ${rules.version}, by ${comparison.of}:`,
    `Guildhall: ${JSON.stringify(comparison.ours)}`,
    `Synapse:   ${JSON.stringify(comparison.theirs)}`,
    `event:     ${JSON.stringify(event)}`,
    `state:     ${state.map(line).join('\n           ')}`,
    `rejected:  ${rejected.join(' ')}`,
  ].join('\n');
}
