import { expect } from 'chai';
import { defaultPushRules } from './default-rules.ts';
import {
  addPushRule,
  MAX_PATTERN_CHARACTERS,
  MAX_USER_RULES,
  removePushRule,
  setPushRuleActions,
  setPushRuleEnabled,
} from './edit-rules.ts';
import { findPushRule, isPushRuleKind, type PushRuleset } from './ruleset.ts';

const DEFAULTS = defaultPushRules('@alice:a.test');
const RULE = { actions: ['notify'], conditions: [] };

function withRules(...ids: string[]): PushRuleset {
  return ids.reduceRight((rules, id) => addPushRule(rules, 'underride', id, RULE), DEFAULTS);
}

function ownIds(rules: PushRuleset): string[] {
  return rules.underride.filter((rule) => !rule.default).map((rule) => rule.rule_id);
}

describe('adding push rules', () => {
  it('puts a new rule, enabled, above the others of the user', () => {
    expect(ownIds(addPushRule(withRules('a', 'b'), 'underride', 'c', RULE))).to.deep.equal(['c', 'a', 'b']);
    expect(findPushRule(withRules('a'), 'underride', 'a')).to.deep.equal({
      rule_id: 'a',
      default: false,
      enabled: true,
      ...RULE,
    });
  });

  it('puts it next to another where asked, before counting more than after', () => {
    const add = (position: object) =>
      ownIds(addPushRule(withRules('a', 'b'), 'underride', 'c', RULE, position));
    expect(add({ before: 'b' })).to.deep.equal(['a', 'c', 'b']);
    expect(add({ after: 'b' })).to.deep.equal(['a', 'b', 'c']);
    expect(add({ before: 'a', after: 'b' })).to.deep.equal(['c', 'a', 'b']);
  });

  it('moves and changes a rule that is there, and leaves it disabled', () => {
    const disabled = setPushRuleEnabled(withRules('a', 'b'), 'underride', 'a', false);
    const changed = addPushRule(disabled, 'underride', 'a', { actions: [] }, { after: 'b' });
    expect(ownIds(changed)).to.deep.equal(['b', 'a']);
    expect(findPushRule(changed, 'underride', 'a'))
      .to.include({ enabled: false })
      .and.to.have.property('actions').empty;
  });

  it('refuses to stand next to rules that do not exist, are of the server or are the rule itself', () => {
    for (const before of ['x', '.m.rule.message', 'a']) {
      expect(() => addPushRule(withRules('a'), 'underride', 'a', RULE, { before }), before)
        .to.throw()
        .that.includes({ status: 400, errcode: 'M_UNKNOWN' });
    }
  });

  it('keeps of a rule what its kind has', () => {
    const body = { actions: [], pattern: 'cake', conditions: [{ kind: 'x' }], enabled: false, extra: 1 };
    const keys = (kind: 'content' | 'room' | 'override') =>
      Object.keys(findPushRule(addPushRule(DEFAULTS, kind, 'r', body), kind, 'r')).sort();
    expect(keys('content')).to.deep.equal(['actions', 'default', 'enabled', 'pattern', 'rule_id']);
    expect(keys('room')).to.deep.equal(['actions', 'default', 'enabled', 'rule_id']);
    expect(keys('override')).to.deep.equal(['actions', 'conditions', 'default', 'enabled', 'rule_id']);
  });

  it('drops actions that mean nothing any more', () => {
    const rules = addPushRule(DEFAULTS, 'room', '!r:a', { actions: ['dont_notify', 'coalesce'] });
    expect(findPushRule(rules, 'room', '!r:a').actions).to.deep.equal([]);
  });

  it('refuses IDs of the server, with slashes, empty and endless ones', () => {
    for (const id of ['.m.rule.master', '.mine', 'a/b', 'a\\b', '', 'a'.repeat(256)]) {
      expect(() => addPushRule(DEFAULTS, 'override', id, RULE), id)
        .to.throw()
        .with.property('errcode', 'M_INVALID_PARAM');
    }
  });

  it('refuses bodies that are no rule', () => {
    const wrong: [string, unknown][] = [
      ['M_BAD_JSON', null],
      ['M_BAD_JSON', []],
      ['M_MISSING_PARAM', {}],
      ['M_BAD_JSON', { actions: 'notify' }],
      ['M_BAD_JSON', { actions: ['shout'] }],
      ['M_BAD_JSON', { actions: [{ sound: 'x' }] }],
      ['M_BAD_JSON', { actions: [null] }],
      ['M_BAD_JSON', { actions: [], conditions: {} }],
      ['M_BAD_JSON', { actions: [], conditions: [{ key: 'type' }] }],
      ['M_BAD_JSON', { actions: [], conditions: [{ kind: 'event_match', key: 5 }] }],
    ];
    for (const [errcode, body] of wrong) {
      expect(() => addPushRule(DEFAULTS, 'override', 'r', body), JSON.stringify(body))
        .to.throw()
        .that.includes({ status: 400, errcode });
    }
    expect(() => addPushRule(DEFAULTS, 'content', 'r', { actions: [] }))
      .to.throw()
      .that.includes({ status: 400 });
  });

  it('limits what one user can make everybody wait for', () => {
    const large = { actions: [], conditions: [{ kind: 'x', value: 'x'.repeat(20_000) }] };
    expect(() => addPushRule(DEFAULTS, 'override', 'r', large))
      .to.throw()
      .with.property('errcode', 'M_TOO_LARGE');
    const long = { actions: [], pattern: 'x'.repeat(MAX_PATTERN_CHARACTERS / 2 + 1) };
    const one = addPushRule(DEFAULTS, 'content', 'one', long);
    expect(() => addPushRule(one, 'content', 'two', long))
      .to.throw()
      .with.property('errcode', 'M_TOO_LARGE');
    const rule = { rule_id: 'x', default: false, enabled: true, actions: [] };
    const full = {
      ...DEFAULTS,
      room: Array.from({ length: MAX_USER_RULES }, (_, id) => ({ ...rule, rule_id: `${id}` })),
    };
    expect(() => addPushRule(full, 'room', 'new', { actions: [] }))
      .to.throw()
      .with.property('errcode', 'M_TOO_LARGE');
    expect(() => addPushRule(full, 'room', '0', { actions: [] })).to.not.throw();
  });
});

describe('changing push rules', () => {
  it('removes rules of the user only', () => {
    expect(ownIds(removePushRule(withRules('a', 'b'), 'underride', 'a'))).to.deep.equal(['b']);
    for (const id of ['x', '.m.rule.message']) {
      expect(() => removePushRule(DEFAULTS, 'underride', id), id)
        .to.throw()
        .with.property('errcode', 'M_NOT_FOUND');
    }
  });

  it('disables and silences rules of the server too', () => {
    let rules = setPushRuleEnabled(DEFAULTS, 'underride', '.m.rule.message', false);
    rules = setPushRuleActions(rules, 'underride', '.m.rule.message', ['dont_notify']);
    expect(findPushRule(rules, 'underride', '.m.rule.message')).to.deep.include({
      enabled: false,
      actions: [],
    });
    expect(findPushRule(DEFAULTS, 'underride', '.m.rule.message')).to.deep.include({ enabled: true });
  });

  it('says what is wrong', () => {
    expect(() => setPushRuleEnabled(DEFAULTS, 'underride', '.m.rule.message', 'no'))
      .to.throw()
      .with.property('errcode', 'M_BAD_JSON');
    expect(() => setPushRuleEnabled(DEFAULTS, 'room', 'x', true))
      .to.throw()
      .with.property('errcode', 'M_NOT_FOUND');
    expect(() => setPushRuleActions(DEFAULTS, 'room', 'x', []))
      .to.throw()
      .with.property('errcode', 'M_NOT_FOUND');
    expect(() => setPushRuleActions(DEFAULTS, 'underride', '.m.rule.message', undefined))
      .to.throw()
      .with.property('errcode', 'M_MISSING_PARAM');
  });

  it('knows the five kinds', () => {
    expect(['override', 'content', 'room', 'sender', 'underride'].every(isPushRuleKind)).to.equal(true);
    expect(['global', 'toString', ''].some(isPushRuleKind)).to.equal(false);
  });
});
