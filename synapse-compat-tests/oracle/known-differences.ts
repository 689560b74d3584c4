import type { JsonObject, JsonValue } from '../../homeserver/src/protocol/canonical-json.ts';
import type { AuthDecision } from '../../homeserver/src/protocol/event-auth/index.ts';
import { type Pdu, redactsOf } from '../../homeserver/src/protocol/events.ts';
import { rulesOf } from '../../homeserver/src/protocol/fixtures.ts';
import { domainOf, isUserId } from '../../homeserver/src/protocol/identifiers.ts';
import { isJsonObject } from '../../homeserver/src/protocol/json-values.ts';
import { integerOf } from '../../homeserver/src/protocol/power-levels.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { signJson } from '../../homeserver/src/protocol/signing.ts';
import { type EventCase, makeCase } from './event-cases.ts';
import { ALICE, BOB, CAROL, type Given } from './event-maker.ts';
import { agree, type Comparison, decideByState, type VerdictComparison } from './judgements.ts';
import { ENTRY_KEYS, INTEGERS_TO_PYTHON, LEVEL_KEYS } from './power-level-arbitraries.ts';
import { INVITE_KEYS } from './room-plans.ts';

/** Something that Synapse judges otherwise than the specification says. */
export interface KnownDifference {
  /** The heading of its section in docs/differences-from-synapse.md. */
  readonly name: string;
  /** Whether this is why the two disagree about a case by its state. As narrow as can be. */
  explains(given: EventCase, comparison: VerdictComparison): boolean;
  /** A case in which they disagree, for this reason. */
  readonly example: EventCase;
}

/** The differences that judging events may show. That of state resolution stands in resolutions.ts. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: 'Rooms that do not federate: memberships of others',
    explains: (given, comparison) =>
      given.event.type === 'm.room.member' &&
      federates(given) === false &&
      isOfCreator(given, given.event.sender) &&
      !isOfCreator(given, given.event.state_key ?? '') &&
      onlySynapseRejects(comparison, /marked as unfederatable/),
    example: exampleOf('11', { create: { 'm.federate': false } }, memberOf(ALICE, CAROL, 'ban')),
  },
  {
    name: 'Rooms that do not federate: m.federate that is no boolean',
    explains: (given, comparison) => {
      const federate = federates(given);
      return (
        federate !== undefined &&
        typeof federate !== 'boolean' &&
        onlySynapseRejects(comparison, /marked as unfederatable/)
      );
    },
    example: exampleOf(
      '11',
      { create: { 'm.federate': 'false' }, joined: [CAROL] },
      { type: 'm.room.message', sender: CAROL },
    ),
  },
  {
    name: 'Power levels: users that are no user IDs',
    explains: ({ event }, { ours, theirs }) =>
      event.type === 'm.room.power_levels' &&
      rejects(ours, /key that is not a user ID/) &&
      theirs.allowed &&
      keysOf(event.content.users).some((key) => /^@[^:]*:/.test(key) && !isUserId(key)),
    example: exampleOf('11', {}, levelsOf({ users: { [ALICE]: 100, '@x:bad_domain': 0 } })),
  },
  {
    name: 'Power levels: values that are no integers',
    explains: ({ event, state, rules }, comparison) =>
      !rules.integerPowerLevels &&
      levelContentsOf(event, state).some((content) => hasMalformedLevel(content, rules)) &&
      onlySynapseRejects(comparison, /./, ['AttributeError', 'TypeError', 'ValueError']),
    example: exampleOf(
      '9',
      { levels: { users: { [ALICE]: 100 }, invite: 'abc' } },
      memberOf(ALICE, BOB, 'invite'),
    ),
  },
  {
    name: 'Power levels: integers as Python writes them',
    explains: (given, comparison) => {
      if (given.rules.integerPowerLevels) return false;
      if (!levelContentsOf(given.event, given.state).some(hasIntegerOfPython)) return false;
      // Had they been written as integers, the two would agree, or differ for another reason.
      const rewritten = withIntegersOfPython(given);
      const comparisonThen = { ...comparison, ours: decideByState(rewritten) };
      return agree(comparisonThen) || explain(rewritten, comparisonThen) !== undefined;
    },
    example: exampleOf('9', {}, levelsOf({ users: { [ALICE]: 100 }, ban: '1_000' })),
  },
  {
    name: 'Power levels under another state key',
    explains: ({ event }, { ours, theirs }) =>
      event.type === 'm.room.power_levels' &&
      event.state_key !== undefined &&
      event.state_key !== '' &&
      rejects(ours, /^The sender may not (change|raise)/) &&
      theirs.allowed,
    example: exampleOf('11', {}, { ...levelsOf({ users: { [ALICE]: 100 }, ban: 101 }), state_key: 'x' }),
  },
  {
    name: 'Power levels that are no state',
    explains: ({ event }, comparison) =>
      event.type === 'm.room.power_levels' &&
      event.state_key === undefined &&
      onlySynapseRejects(comparison, /^state_key$/, ['AttributeError']),
    example: exampleOf(
      '11',
      {},
      { type: 'm.room.power_levels', sender: ALICE, content: { users: { [ALICE]: 100 } } },
    ),
  },
  {
    name: 'Memberships of what is no user',
    explains: ({ event }, comparison) =>
      event.type === 'm.room.member' &&
      event.state_key?.includes(':') === false &&
      onlySynapseRejects(comparison, /^Invalid ID/),
    example: exampleOf('11', {}, memberOf(ALICE, 'nobody', 'ban')),
  },
  {
    name: 'Third-party invites with several signatures',
    explains: ({ event }, comparison) =>
      signersOf(event).length > 1 && onlySynapseRejects(comparison, /^You are not invited/),
    example: exampleOf('11', { invite: true }, redemption()),
  },
  {
    name: 'Redactions of nothing',
    explains: ({ event, rules }, { ours, theirs }) =>
      rules.redactionIsAuthRule &&
      event.type === 'm.room.redaction' &&
      redactsOf(event, rules) === undefined &&
      rejects(ours, /may not redact/) &&
      theirs.allowed,
    example: exampleOf('1', { joined: [BOB] }, { type: 'm.room.redaction', sender: BOB }),
  },
];

/** The difference that explains why the two disagree about a case; undefined if none does. */
export function explain(given: EventCase, comparison: Comparison): KnownDifference | undefined {
  if (comparison.of !== 'state') return undefined;
  return KNOWN_DIFFERENCES.find((difference) => difference.explains(given, comparison));
}

function rejects(verdict: AuthDecision, reason: RegExp): boolean {
  return !verdict.allowed && reason.test(verdict.reason);
}

/** @param crashes the Python exceptions by which Synapse rejects; without, it rejects by its rules. */
function onlySynapseRejects(
  { ours, theirs }: VerdictComparison,
  reason: RegExp,
  crashes?: readonly string[],
): boolean {
  if (!ours.allowed || theirs.allowed || !reason.test(theirs.reason)) return false;
  return crashes === undefined ? theirs.crash === undefined : crashes.includes(theirs.crash ?? '');
}

function federates({ state }: EventCase): JsonValue | undefined {
  return state[0]?.content['m.federate'];
}

function isOfCreator({ state }: EventCase, userId: string): boolean {
  return domainOf(state[0]?.sender ?? '') === domainOf(userId);
}

function keysOf(value: JsonValue | undefined): string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

/** The power levels that decide about an event. */
function levelContentsOf(event: Pdu, state: readonly Pdu[]): JsonObject[] {
  return [event, ...state].filter(({ type }) => type === 'm.room.power_levels').map(({ content }) => content);
}

function hasMalformedLevel(content: JsonObject, rules: RoomVersionRules): boolean {
  const isMalformed = (value: JsonValue) => integerOf(value, rules) === undefined;
  const maps = Object.keys(ENTRY_KEYS).map((map) => content[map]);
  const levels = LEVEL_KEYS.map((key) => content[key]);
  return (
    maps.some((map) => map !== undefined && (!isJsonObject(map) || Object.values(map).some(isMalformed))) ||
    levels.some((level) => level !== undefined && isMalformed(level))
  );
}

function hasIntegerOfPython(content: JsonObject): boolean {
  return Object.values(content).some((value) =>
    isJsonObject(value) ? hasIntegerOfPython(value) : INTEGERS_TO_PYTHON.has(value),
  );
}

function withIntegersOfPython(given: EventCase): EventCase {
  const read = (content: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(content).map(([key, value]) => [
        key,
        isJsonObject(value) ? read(value) : (INTEGERS_TO_PYTHON.get(value) ?? value),
      ]),
    );
  const readLevels = (pdu: Pdu): Pdu =>
    pdu.type === 'm.room.power_levels' ? { ...pdu, content: read(pdu.content) } : pdu;
  return { ...given, event: readLevels(given.event), state: given.state.map(readLevels) };
}

function signersOf({ content }: Pdu): string[] {
  const { third_party_invite: invite } = content;
  const signed = isJsonObject(invite) ? invite.signed : undefined;
  return isJsonObject(signed) ? keysOf(signed.signatures) : [];
}

/** A room in which Alice is, and an event. */
function exampleOf(
  version: string,
  room: { create?: JsonObject; joined?: readonly string[]; levels?: JsonObject; invite?: boolean },
  event: Given,
): EventCase {
  const rules = rulesOf(version);
  const state = [ALICE, ...(room.joined ?? [])].map((user) => memberOf(user, user, 'join'));
  state.push(levelsOf(room.levels ?? { users: { [ALICE]: 100 } }));
  const { publicKeyBase64 } = INVITE_KEYS[0] ?? {};
  if (room.invite && publicKeyBase64 !== undefined) {
    const content = { public_key: publicKeyBase64 };
    state.push({ type: 'm.room.third_party_invite', sender: ALICE, state_key: 'token', content });
  }
  return makeCase(rules, { createContent: room.create ?? {}, state }, () => event);
}

function memberOf(sender: string, target: string, membership: string): Given {
  return { type: 'm.room.member', sender, state_key: target, content: { membership } };
}

function levelsOf(content: JsonObject): Given {
  return { type: 'm.room.power_levels', sender: ALICE, state_key: '', content };
}

/** Alice's invite of Bob, signed by a key that nobody knows as well as by the one that the room knows. */
function redemption(): Given {
  let signed: JsonObject = { mxid: BOB, token: 'token' };
  for (const [index, key] of INVITE_KEYS.toReversed().entries()) {
    signed = signJson(signed, `id${index}.test`, key) as unknown as JsonObject;
  }
  const content = { membership: 'invite', third_party_invite: { display_name: 'Bob', signed } };
  return { type: 'm.room.member', sender: ALICE, state_key: BOB, content };
}
