import { expect } from 'chai';
import { defaultPushRules, withDefaultRules } from './default-rules.ts';
import { addPushRule, setPushRuleActions, setPushRuleEnabled } from './edit-rules.ts';

const ALICE = '@alice:a.test';

describe('the default push rules', () => {
  const rules = defaultPushRules(ALICE);

  it('are those of the specification, in its order', () => {
    const ids = Object.fromEntries(Object.entries(rules).map(([kind, list]) => [kind, list.map(ruleName)]));
    expect(ids).to.deep.equal({
      override: [
        'master',
        'suppress_notices',
        'invite_for_me',
        'member_event',
        'is_user_mention',
        'is_room_mention',
        'tombstone',
        'reaction',
        'room.server_acl',
        'suppress_edits',
      ],
      content: [],
      room: [],
      sender: [],
      underride: ['call', 'encrypted_room_one_to_one', 'room_one_to_one', 'message', 'encrypted'],
    });
  });

  it('are all enabled but for the master rule', () => {
    const disabled = [...rules.override, ...rules.underride].filter((rule) => !rule.enabled);
    expect(disabled.map(ruleName)).to.deep.equal(['master']);
  });

  it('name the user in the JSON that clients get', () => {
    expect(rules.override.find((rule) => ruleName(rule) === 'is_user_mention')).to.deep.equal({
      rule_id: '.m.rule.is_user_mention',
      default: true,
      enabled: true,
      conditions: [{ kind: 'event_property_contains', key: 'content.m\\.mentions.user_ids', value: ALICE }],
      actions: ['notify', { set_tweak: 'sound', value: 'default' }, { set_tweak: 'highlight' }],
    });
  });
});

describe('stored push rules', () => {
  it('get default rules that are new, and lose those that are gone', () => {
    const today = defaultPushRules(ALICE);
    const gone = { rule_id: '.m.rule.roomnotif', default: true, enabled: true, actions: [], conditions: [] };
    const stored = { ...today, override: [...today.override.slice(0, 3), gone] };
    expect(withDefaultRules(stored, ALICE)).to.deep.equal(today);
  });

  it('keep what the user changed, and the rules of the user right behind the master rule', () => {
    let rules = addPushRule(defaultPushRules(ALICE), 'override', 'mine', { actions: [], conditions: [] });
    rules = setPushRuleEnabled(rules, 'override', '.m.rule.master', true);
    rules = setPushRuleActions(rules, 'underride', '.m.rule.message', []);
    expect(withDefaultRules(rules, ALICE)).to.deep.equal(rules);
    expect(rules.override.slice(0, 3).map((rule) => rule.rule_id)).to.deep.equal([
      '.m.rule.master',
      'mine',
      '.m.rule.suppress_notices',
    ]);
  });
});

function ruleName(rule: { rule_id: string }): string {
  return rule.rule_id.replace('.m.rule.', '');
}
