import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../homeserver/src/protocol/canonical-json.ts';
import type { Pdu } from '../../homeserver/src/protocol/events.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { signJson } from '../../homeserver/src/protocol/signing.ts';
import { ALICE, BOB, type Given, USERS } from './event-maker.ts';
import { powerLevelChangesOf } from './power-level-arbitraries.ts';
import { INVITE_KEYS, JOIN_RULES } from './room-plans.ts';

/** An event that waits for the room that it is sent to. */
export type Draft = (room: { readonly state: readonly Pdu[]; readonly createId: string }) => Given;

const NOBODY = '@nobody:z.test';
/** Stands for a user who is banned, if the room has one. */
const SOMEBODY_BANNED = 'somebody banned';

const senders = fc.oneof(
  { weight: 12, arbitrary: fc.constant(ALICE) },
  { weight: 8, arbitrary: fc.constant(BOB) },
  { weight: 20, arbitrary: fc.constantFrom(...USERS) },
  { weight: 1, arbitrary: fc.constant(NOBODY) },
);

/** A value, and now and then one of others. */
function mostly<T>(value: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constant(value) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** Drafts of events of all kinds. */
export function draftsOf(rules: RoomVersionRules): fc.Arbitrary<Draft> {
  const drafts = fc.oneof(
    { weight: 16, arbitrary: memberships() },
    { weight: 3, arbitrary: redemptions() },
    { weight: 10, arbitrary: powerLevelsOf(rules) },
    { weight: 10, arbitrary: otherEvents(rules) },
    { weight: 2, arbitrary: creations(rules) },
  );
  const after = fc.oneof(
    { weight: 14, arbitrary: fc.constant<'create' | 'create and another' | undefined>(undefined) },
    { weight: 3, arbitrary: fc.constant('create' as const) },
    { weight: 1, arbitrary: fc.constant('create and another' as const) },
  );
  return fc.tuple(drafts, after).map(([draft, after]) => (room) => {
    const given = draft(room);
    if (after === undefined) return given;
    return {
      ...given,
      prev_events: after === 'create' ? [room.createId] : [room.createId, '$another:a.test'],
    };
  });
}

function memberships(): fc.Arbitrary<Draft> {
  const own = [...'join join join join leave leave knock knock invite ban bogus'.split(' '), null];
  const others = 'invite invite invite leave leave leave ban ban join knock bogus'.split(' ');
  return fc
    .record({
      sender: senders,
      other: fc.option(fc.constantFrom<string>(...USERS, SOMEBODY_BANNED), { freq: 2, nil: undefined }),
      ownMembership: fc.constantFrom<JsonValue>(...own),
      otherMembership: fc.constantFrom(...others),
      via: fc.option(fc.constantFrom<JsonValue>(ALICE, ...USERS, ...USERS, NOBODY, null), {
        freq: 2,
        nil: undefined,
      }),
      odd: fc.constantFrom('no state key', 'no membership', 'no user', 'no domain'),
      isOdd: fc.nat({ max: 39 }),
    })
    .map(({ sender, other, ownMembership, otherMembership, via, odd, isOdd }) => ({ state }) => {
      const banned = state.find(({ content }) => content.membership === 'ban')?.state_key ?? ALICE;
      const target = other === SOMEBODY_BANNED ? banned : (other ?? sender);
      const content: JsonObject = { membership: other === undefined ? ownMembership : otherMembership };
      if (via !== undefined) content.join_authorised_via_users_server = via;
      const given: Given = { type: 'm.room.member', sender, state_key: target, content };
      if (isOdd > 0) return given;
      if (odd === 'no state key') delete given.state_key;
      else if (odd === 'no membership') delete content.membership;
      else given.state_key = odd === 'no user' ? 'nobody:a.test' : 'nobody';
      return given;
    });
}

/** Memberships that redeem a third-party invite, mostly that of the room and as they should. */
function redemptions(): fc.Arbitrary<Draft> {
  const malformed: JsonValue[] = [
    null,
    'x',
    {},
    { signed: null },
    { signed: { token: 'token', signatures: {} } },
  ];
  return fc
    .record({
      membership: mostly('invite', 'join', 'leave'),
      sender: fc.option(senders, { freq: 2, nil: undefined }),
      target: fc.constantFrom(...USERS),
      mxid: mostly('the target', ...USERS),
      token: mostly('token', 'other', null),
      keys: fc.shuffledSubarray(INVITE_KEYS, { minLength: 1 }),
      instead: mostly('nothing', ...malformed),
    })
    .map(({ membership, sender, target, mxid, token, keys, instead }) => ({ state }) => {
      const inviter = state.find(({ type }) => type === 'm.room.third_party_invite')?.sender ?? ALICE;
      let signed: JsonObject = { mxid: mxid === 'the target' ? target : mxid, token };
      for (const [index, key] of keys.entries()) {
        signed = signJson(signed, `id${index}.test`, key) as unknown as JsonObject;
      }
      const third_party_invite = instead === 'nothing' ? { display_name: 'x', signed } : instead;
      const content = { membership, third_party_invite };
      return { type: 'm.room.member', sender: sender ?? inviter, state_key: target, content };
    });
}

function powerLevelsOf(rules: RoomVersionRules): fc.Arbitrary<Draft> {
  return fc
    .record({
      sender: senders,
      afresh: fc.nat({ max: 5 }),
      change: powerLevelChangesOf(rules, 3, false),
      stateKey: fc.constantFrom(...Array.from({ length: 30 }, () => ''), 'x', undefined),
    })
    .map(({ sender, afresh, change, stateKey }) => ({ state }) => {
      const before = state.find(({ type }) => type === 'm.room.power_levels')?.content;
      const given: Given = {
        type: 'm.room.power_levels',
        sender,
        content: change(afresh === 0 ? {} : (before ?? {})),
      };
      return stateKey === undefined ? given : { ...given, state_key: stateKey };
    });
}

function otherEvents(rules: RoomVersionRules): fc.Arbitrary<Draft> {
  const state = (type: string, state_key: string, content: JsonObject = {}) => ({ type, state_key, content });
  const redacts = ['$x:a.test', '$y:b.test', undefined];
  const redaction = (redacted: string | undefined) => {
    if (redacted === undefined) return { type: 'm.room.redaction' };
    if (rules.redactsInContent) return { type: 'm.room.redaction', content: { redacts: redacted } };
    return { type: 'm.room.redaction', redacts: redacted };
  };
  const events: (Partial<Pdu> & { type: string })[] = [
    ...['token', 'token 2'].map((token) => state('m.room.third_party_invite', token)),
    ...['a.test', 'b.test', 'c.test', ''].map((server) => state('m.room.aliases', server, { aliases: [] })),
    { type: 'm.room.aliases' },
    // Where redactions have a rule of their own, more of them.
    ...(rules.redactionIsAuthRule ? [...redacts, ...redacts, ...redacts] : redacts).map(redaction),
    ...['', '', ALICE, '@', 'x'].flatMap((key) => [state('m.room.name', key), state('x', key)]),
    ...JOIN_RULES.map((rule) => state('m.room.join_rules', '', { join_rule: rule })),
    ...['m.room.message', 'm.room.message', 'x', 'm.room.name'].map((type) => ({ type })),
  ];
  return fc.tuple(senders, fc.constantFrom(...events)).map(([sender, event]) => () => ({ ...event, sender }));
}

/** Further create events; in a room that has one, they are judged all the same. */
function creations(rules: RoomVersionRules): fc.Arbitrary<Draft> {
  return fc
    .record({
      sender: senders,
      version: mostly<JsonValue | undefined>(rules.version, '1', '99', undefined, 5, null),
      creator: mostly<JsonValue | undefined>(ALICE, undefined, 5, null),
      additional: fc.option(
        fc.constantFrom<JsonValue>([], ['@x:y'], [ALICE, '@x:y:1'], ['nope'], 'x', [5], {}),
        {
          freq: 3,
          nil: undefined,
        },
      ),
      room_id: mostly(
        rules.roomIdIsCreateHash ? undefined : '!r:a.test',
        undefined,
        '!r:a.test',
        '!r:b.test',
      ),
    })
    .map(({ sender, version, creator, additional, room_id }) => () => {
      const content: JsonObject = {};
      if (version !== undefined) content.room_version = version;
      if (creator !== undefined) content.creator = creator;
      if (additional !== undefined) content.additional_creators = additional;
      return { type: 'm.room.create', sender, state_key: '', content, prev_events: [], room_id } as Given;
    });
}
