import { expect } from 'chai';
import type { JsonObject } from '../canonical-json.ts';
import { compilePushRules, type PushOutcome } from './compile-rules.ts';
import { defaultPushRules } from './default-rules.ts';
import { addPushRule, setPushRuleActions, setPushRuleEnabled } from './edit-rules.ts';
import { evaluatePushRules } from './evaluate.ts';
import { PushEvent, parsePropertyPath } from './push-event.ts';
import type { PushCondition, PushRuleset } from './ruleset.ts';

const ALICE = '@alice:a.test';
const BOB = '@bob:b.test';

interface Given {
  rules?: PushRuleset;
  type?: string;
  sender?: string;
  state_key?: string;
  content?: JsonObject;
  memberCount?: number;
  senderMayNotify?: boolean;
  displayName?: string;
}

/** What Alice gets of an event by Bob. */
function evaluate(given: Given): PushOutcome {
  const {
    rules = defaultPushRules(ALICE),
    memberCount = 3,
    senderMayNotify = false,
    displayName,
    ...event
  } = given;
  const room = { memberCount, senderMayNotify: (key: string) => senderMayNotify && key === 'room' };
  const input = { type: 'm.room.message', sender: BOB, room_id: '!room:a.test', content: {}, ...event };
  return evaluatePushRules(compilePushRules(rules), new PushEvent(input, room), {
    userId: ALICE,
    displayName,
  });
}

/** Whether an override rule with one condition matches. */
function matches(condition: PushCondition, given: Given = {}): boolean {
  const rules = addPushRule(defaultPushRules(ALICE), 'override', 'r', {
    conditions: [condition],
    actions: ['notify', { set_tweak: 'match' }],
  });
  return evaluate({ rules, ...given }).actions.some(
    (action) => typeof action === 'object' && action.set_tweak === 'match',
  );
}

const summary = ({ notify, highlight }: PushOutcome) => ({ notify, highlight });
const SILENT = { notify: false, highlight: false };
const NOTIFY = { notify: true, highlight: false };
const HIGHLIGHT = { notify: true, highlight: true };

describe('evaluation of the default push rules', () => {
  it('notifies of messages, aloud between two people', () => {
    expect(evaluate({})).to.deep.equal({ ...NOTIFY, actions: ['notify'] });
    expect(evaluate({ memberCount: 2 }).actions).to.deep.equal([
      'notify',
      { set_tweak: 'sound', value: 'default' },
    ]);
    expect(summary(evaluate({ type: 'm.room.encrypted' }))).to.deep.equal(NOTIFY);
  });

  it('is silent about the own events of the user', () => {
    expect(summary(evaluate({ sender: ALICE }))).to.deep.equal(SILENT);
  });

  it('is silent about notices, edits, reactions, server ACLs and events that nobody knows', () => {
    expect(summary(evaluate({ content: { msgtype: 'm.notice' } }))).to.deep.equal(SILENT);
    expect(summary(evaluate({ content: { 'm.relates_to': { rel_type: 'm.replace' } } }))).to.deep.equal(
      SILENT,
    );
    expect(summary(evaluate({ type: 'm.reaction' }))).to.deep.equal(SILENT);
    expect(summary(evaluate({ type: 'm.room.server_acl', state_key: '' }))).to.deep.equal(SILENT);
    expect(evaluate({ type: 'org.example' })).to.deep.equal({ ...SILENT, actions: [] });
  });

  it('highlights mentions of the user, of nobody else', () => {
    const mention = (user_ids: string[]) => summary(evaluate({ content: { 'm.mentions': { user_ids } } }));
    expect(mention([BOB, ALICE])).to.deep.equal(HIGHLIGHT);
    expect(mention([BOB])).to.deep.equal(NOTIFY);
  });

  it('highlights mentions of the room by those who may', () => {
    const content = { 'm.mentions': { room: true } };
    expect(summary(evaluate({ content, senderMayNotify: true }))).to.deep.equal(HIGHLIGHT);
    expect(summary(evaluate({ content }))).to.deep.equal(NOTIFY);
    expect(
      summary(evaluate({ content: { 'm.mentions': { room: 'true' } }, senderMayNotify: true })),
    ).to.deep.equal(NOTIFY);
  });

  it('notifies the invited, and nobody else of memberships', () => {
    const invite = { type: 'm.room.member', content: { membership: 'invite' } };
    expect(summary(evaluate({ ...invite, state_key: ALICE }))).to.deep.equal(NOTIFY);
    expect(summary(evaluate({ ...invite, state_key: '@carol:c.test' }))).to.deep.equal(SILENT);
  });

  it('highlights tombstones and rings for calls', () => {
    expect(summary(evaluate({ type: 'm.room.tombstone', state_key: '' }))).to.deep.equal(HIGHLIGHT);
    expect(summary(evaluate({ type: 'm.room.tombstone' }))).to.deep.equal(SILENT);
    expect(evaluate({ type: 'm.call.invite' }).actions).to.deep.include({
      set_tweak: 'sound',
      value: 'ring',
    });
  });

  it('lets the master rule silence everything, rules of the user too', () => {
    let rules = addPushRule(defaultPushRules(ALICE), 'override', 'all', {
      actions: ['notify'],
      conditions: [],
    });
    expect(summary(evaluate({ rules, type: 'x' }))).to.deep.equal(NOTIFY);
    rules = setPushRuleEnabled(rules, 'override', '.m.rule.master', true);
    expect(summary(evaluate({ rules }))).to.deep.equal(SILENT);
  });

  it('follows changed actions of a default rule', () => {
    const rules = setPushRuleActions(defaultPushRules(ALICE), 'underride', '.m.rule.message', []);
    expect(summary(evaluate({ rules }))).to.deep.equal(SILENT);
  });
});

describe('evaluation for many users', () => {
  it('keeps them apart where one event is evaluated for all', () => {
    const room = { memberCount: 3, senderMayNotify: () => false };
    const content = { 'm.mentions': { user_ids: [ALICE] } };
    const event = new PushEvent({ type: 'm.room.message', sender: BOB, room_id: '!r:a', content }, room);
    const muted = setPushRuleActions(defaultPushRules('@carol:c'), 'underride', '.m.rule.message', []);
    const outcomes = [
      [ALICE, defaultPushRules(ALICE)] as const,
      ['@carol:c', muted] as const,
      ['@dave:d', defaultPushRules('@dave:d')] as const,
    ].map(([userId, rules]) => summary(evaluatePushRules(compilePushRules(rules), event, { userId })));
    expect(outcomes).to.deep.equal([HIGHLIGHT, SILENT, NOTIFY]);
  });

  it('shares one compiled set between users with untouched rules', () => {
    const compiled = compilePushRules(defaultPushRules(ALICE));
    expect(compilePushRules(defaultPushRules(BOB))).to.equal(compiled);
    const touched = setPushRuleEnabled(defaultPushRules(BOB), 'underride', '.m.rule.call', false);
    expect(compilePushRules(touched)).to.not.equal(compiled);
  });
});

describe('the order of push rules', () => {
  it('is override, content, room, sender, underride', () => {
    const tweak = (name: string) => ({ actions: [{ set_tweak: name }], conditions: [], pattern: 'cake' });
    const content = { body: 'cake' };
    let rules = addPushRule(defaultPushRules(ALICE), 'underride', 'u', tweak('underride'));
    const expectTweak = (name: string) =>
      expect(evaluate({ rules, content }).actions).to.deep.equal([{ set_tweak: name }]);
    expectTweak('underride');
    rules = addPushRule(rules, 'sender', BOB, tweak('sender'));
    expectTweak('sender');
    rules = addPushRule(rules, 'room', '!room:a.test', tweak('room'));
    expectTweak('room');
    rules = addPushRule(rules, 'content', 'c', tweak('content'));
    expectTweak('content');
    rules = addPushRule(rules, 'override', 'o', tweak('override'));
    expectTweak('override');
    rules = setPushRuleEnabled(rules, 'override', 'o', false);
    rules = setPushRuleEnabled(rules, 'content', 'c', false);
    rules = setPushRuleEnabled(rules, 'room', '!room:a.test', false);
    expectTweak('sender');
  });
});

describe('push conditions', () => {
  it('match strings by glob, whole values but for words of the body', () => {
    const eventMatch = (key: string, pattern: string, content: JsonObject) =>
      matches({ kind: 'event_match', key, pattern }, { content });
    expect(eventMatch('content.topic', 'Lunc?*', { topic: 'LUNCH' })).to.equal(true);
    expect(eventMatch('content.topic', 'lunch', { topic: 'my lunch' })).to.equal(false);
    expect(eventMatch('content.body', 'lunch', { body: 'My lunch!' })).to.equal(true);
    expect(eventMatch('content.topic', '*', { topic: 5 })).to.equal(false);
    expect(eventMatch('content.topic', '*', {})).to.equal(false);
    expect(matches({ kind: 'event_match', key: 'content.topic' }, { content: { topic: 'x' } })).to.equal(
      false,
    );
  });

  it('match scalars exactly, and in lists', () => {
    const is = (value: JsonObject['x'], actual: JsonObject['x']) =>
      matches(
        { kind: 'event_property_is', key: 'content.x', value: value as never },
        { content: { x: actual as never } },
      );
    for (const value of ['x', 1, true, null]) expect(is(value, value)).to.equal(true);
    expect(is(true, 'true')).to.equal(false);
    expect(is(1, '1')).to.equal(false);
    expect(is({}, {})).to.equal(false);
    const contains = (value: string, list: unknown) =>
      matches(
        { kind: 'event_property_contains', key: 'content.x', value },
        { content: { x: list as never } },
      );
    expect(contains('a', ['b', 'a'])).to.equal(true);
    expect(contains('a', ['ab'])).to.equal(false);
    expect(contains('a', 'a')).to.equal(false);
  });

  it('compare the number of members', () => {
    const count = (is: string) => matches({ kind: 'room_member_count', is }, { memberCount: 3 });
    for (const is of ['3', '==3', '>2', '<4', '>=3', '<=3']) expect(count(is), is).to.equal(true);
    for (const is of ['2', '==2', '>3', '<3', '>=4', '<=2', '', '3x', '=3', '-3'])
      expect(count(is), is).to.equal(false);
    expect(matches({ kind: 'room_member_count' })).to.equal(false);
  });

  it('ask whether the sender may notify', () => {
    const condition = { kind: 'sender_notification_permission', key: 'room' };
    expect(matches(condition, { senderMayNotify: true })).to.equal(true);
    expect(matches(condition)).to.equal(false);
    expect(matches({ kind: 'sender_notification_permission' }, { senderMayNotify: true })).to.equal(false);
  });

  it('look for the display name as a word, without a meaning for its stars', () => {
    const named = (displayName: string, body: string) =>
      matches({ kind: 'contains_display_name' }, { displayName, content: { body } });
    expect(named('Alice W', 'hey alice w!')).to.equal(true);
    expect(named('Al', 'alice')).to.equal(false);
    expect(named('*', 'anything')).to.equal(false);
    expect(named('a*e', 'hi a*e')).to.equal(true);
    expect(named('', 'anything')).to.equal(false);
    expect(matches({ kind: 'contains_display_name' }, { content: { body: 'x' } })).to.equal(false);
  });

  it('never match where their kind is unknown', () => {
    expect(matches({ kind: 'org.example.always' })).to.equal(false);
    expect(matches({ kind: 'toString' })).to.equal(false);
  });

  it('do not look at inherited properties', () => {
    expect(matches({ kind: 'event_match', key: 'content.constructor.name', pattern: '*' })).to.equal(false);
  });
});

describe('property paths', () => {
  it('split at dots that are not escaped', () => {
    expect(parsePropertyPath('content.m\\.relates_to.rel_type')).to.deep.equal([
      'content',
      'm.relates_to',
      'rel_type',
    ]);
    expect(parsePropertyPath('content.m\\\\foo')).to.deep.equal(['content', 'm\\foo']);
    expect(parsePropertyPath('content.m\\xfoo')).to.deep.equal(['content', 'm\\xfoo']);
    expect(parsePropertyPath('a..b\\')).to.deep.equal(['a', '', 'b\\']);
  });
});
