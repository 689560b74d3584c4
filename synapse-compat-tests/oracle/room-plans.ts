import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../homeserver/src/protocol/canonical-json.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { generateSigningKey } from '../../homeserver/src/protocol/signing.ts';
import { ALICE, BOB, type Given, USERS } from './event-maker.ts';
import { powerLevelChangesOf } from './power-level-arbitraries.ts';

/** What a room's state is made of. */
export interface RoomPlan {
  readonly createContent: JsonObject;
  /** The state beside the create event. */
  readonly state: readonly Given[];
}

/** The keys of identity servers that sign third-party invites. */
export const INVITE_KEYS = [1, 2].map((byte) => generateSigningKey(Buffer.alloc(32, byte), '1'));

/** Who may join: what the versions know, and what they do not. */
export const JOIN_RULES: readonly JsonValue[] = [
  ...['public', 'invite', 'invite', 'knock', 'knock', 'restricted', 'restricted'],
  ...['knock_restricted', 'knock_restricted', 'private', null],
];

/** States of rooms: most people are in, most things are set. The state need not be one that could come about. */
export function roomPlansOf(rules: RoomVersionRules): fc.Arbitrary<RoomPlan> {
  return fc
    .record({
      createContent: createContentsOf(rules),
      members: fc.tuple(...USERS.map((user) => membersOf(user))),
      levels: fc.option(powerLevelsOf(rules), { freq: 8, nil: undefined }),
      joinRules: fc.option(joinRules(), { freq: 8, nil: undefined }),
      invite: fc.option(thirdPartyInvites(), { freq: 3, nil: undefined }),
    })
    .map(({ createContent, members, levels, joinRules, invite }) => ({
      createContent,
      state: [...members, levels, joinRules, invite].filter((given) => given !== undefined),
    }));
}

function createContentsOf(rules: RoomVersionRules): fc.Arbitrary<JsonObject> {
  const federate = fc.constantFrom<JsonValue>(false, false, true, 'false', null);
  const creators = fc.subarray<JsonValue>([...USERS], { maxLength: 2 });
  const federating = fc.oneof(
    { weight: 9, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: federate.map((value) => ({ 'm.federate': value })) },
  );
  if (!rules.creatorsHaveInfinitePower) return federating;
  return fc
    .tuple(federating, fc.option(creators, { nil: undefined }))
    .map(([content, additional]) =>
      additional === undefined ? content : { ...content, additional_creators: additional },
    );
}

function membersOf(user: string): fc.Arbitrary<Given | undefined> {
  const memberships = fc.constantFrom(
    'join',
    'join',
    'join',
    'join',
    'invite',
    'leave',
    'ban',
    'knock',
    undefined,
  );
  const likely =
    user === ALICE ? fc.oneof({ weight: 3, arbitrary: fc.constant('join') }, memberships) : memberships;
  return likely.map((membership) =>
    membership === undefined
      ? undefined
      : { type: 'm.room.member', sender: user, state_key: user, content: { membership } },
  );
}

function powerLevelsOf(rules: RoomVersionRules): fc.Arbitrary<Given> {
  const users: JsonObject = { ...(!rules.creatorsHaveInfinitePower && { [ALICE]: 100 }), [BOB]: 50 };
  return powerLevelChangesOf(rules, 8, true).map((change) => ({
    type: 'm.room.power_levels',
    sender: ALICE,
    state_key: '',
    content: change({ users }),
  }));
}

function joinRules(): fc.Arbitrary<Given> {
  return fc.constantFrom(undefined, ...JOIN_RULES, ...JOIN_RULES).map((rule) => ({
    type: 'm.room.join_rules',
    sender: ALICE,
    state_key: '',
    content: rule === undefined ? {} : { join_rule: rule },
  }));
}

/** An invite of somebody known to an identity server, with one key or several. */
function thirdPartyInvites(): fc.Arbitrary<Given> {
  const [first = '', second = ''] = INVITE_KEYS.map((key) => key.publicKeyBase64);
  const contents: JsonObject[] = [
    { public_key: first },
    { public_key: second, public_keys: [{ public_key: first }] },
    { public_keys: [{ public_key: first }, { public_key: second }] },
    {},
  ];
  return fc.record({
    type: fc.constant('m.room.third_party_invite'),
    sender: fc.constantFrom(ALICE, ...USERS),
    state_key: fc.constant('token'),
    content: fc.constantFrom(...contents),
  });
}
