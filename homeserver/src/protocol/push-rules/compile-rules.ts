import { compileCondition, type Matcher } from './conditions.ts';
import { defaultPushRules } from './default-rules.ts';
import { compileWordGlob } from './glob.ts';
import { parsePropertyPath } from './push-event.ts';
import {
  PUSH_RULE_KINDS,
  type PushAction,
  type PushCondition,
  type PushRule,
  type PushRuleset,
} from './ruleset.ts';

/** Rules made ready: the enabled ones, in the order in which they are asked. */
export interface CompiledPushRules {
  readonly override: readonly CompiledRule[];
  readonly content: readonly CompiledRule[];
  readonly room: ReadonlyMap<string, PushOutcome>;
  readonly sender: ReadonlyMap<string, PushOutcome>;
  readonly underride: readonly CompiledRule[];
}

/** A rule whose matchers all have to hold. */
export interface CompiledRule {
  readonly matchers: readonly Matcher[];
  /** Where an event remembers whether it matches, for the rules that are the same for everybody. */
  readonly slot?: number;
  readonly outcome: PushOutcome;
}

/** What happens for one event and one user. */
export interface PushOutcome {
  /** Whether the event counts as a notification and goes to pushers. */
  readonly notify: boolean;
  /** Whether it counts as a highlight, too. */
  readonly highlight: boolean;
  /** The actions of the rule that matched; empty if none did. */
  readonly actions: readonly PushAction[];
}

/**
 * Makes the rules of a user ready; keep the result for as long as they stay as they are. All users with untouched
 * default rules share one result.
 */
export function compilePushRules(rules: PushRuleset): CompiledPushRules {
  return isUntouched(rules) ? UNTOUCHED : compileRuleset(rules);
}

function compileRuleset(rules: PushRuleset): CompiledPushRules {
  return {
    override: compileRules(rules.override),
    content: compileRules(rules.content),
    room: outcomesById(rules.room),
    sender: outcomesById(rules.sender),
    underride: compileRules(rules.underride),
  };
}

function compileRules(rules: readonly PushRule[]): CompiledRule[] {
  const compiled = rules.filter((rule) => rule.enabled).map(compileRule);
  return compiled.filter((rule) => rule !== undefined);
}

function outcomesById(rules: readonly PushRule[]): Map<string, PushOutcome> {
  const enabled = rules.filter((rule) => rule.enabled);
  return new Map(enabled.map((rule) => [rule.rule_id, outcomeOf(rule.actions)]));
}

/** Undefined for a rule that can never match. */
function compileRule(rule: PushRule): CompiledRule | undefined {
  const outcome = outcomeOf(rule.actions);
  if (rule.default) {
    const known = DEFAULT_MATCHERS.get(rule.rule_id);
    return known && { ...known, outcome };
  }
  const matchers = compileMatchers(rule, compileCondition);
  return matchers && { matchers, outcome };
}

function compileMatchers(
  rule: PushRule,
  compile: (condition: PushCondition) => Matcher | undefined,
): Matcher[] | undefined {
  if (rule.pattern !== undefined) return [compilePattern(rule.pattern)];
  const matchers: Matcher[] = [];
  for (const condition of rule.conditions ?? []) {
    const matcher = compile(condition);
    if (matcher === undefined) return undefined;
    matchers.push(matcher);
  }
  return matchers;
}

const BODY = parsePropertyPath('content.body');

function compilePattern(pattern: string): Matcher {
  const matches = compileWordGlob(pattern);
  return (event) => {
    const body = event.lowerCaseAt(BODY);
    return body !== undefined && matches(body);
  };
}

function outcomeOf(actions: readonly PushAction[]): PushOutcome {
  const notify = actions.includes('notify');
  const highlight = actions.some(
    (action) => action !== 'notify' && action.set_tweak === 'highlight' && action.value !== false,
  );
  return { notify, highlight: notify && highlight, actions };
}

/** Stands for the user in the default rules, so that all users can share their matchers. */
const SELF = '@';
const DEFAULT_RULES = defaultPushRules(SELF);
const DEFAULT_MATCHERS: ReadonlyMap<string, Omit<CompiledRule, 'outcome'>> = new Map(
  PUSH_RULE_KINDS.flatMap((kind) => DEFAULT_RULES[kind]).map((rule, slot) => {
    const matchers = compileMatchers(rule, compileDefaultCondition) ?? [];
    const isAboutUser = (rule.conditions ?? []).some(
      ({ pattern, value }) => pattern === SELF || value === SELF,
    );
    return [rule.rule_id, isAboutUser ? { matchers } : { matchers, slot }];
  }),
);
const UNTOUCHED = compileRuleset(DEFAULT_RULES);

function compileDefaultCondition(condition: PushCondition): Matcher | undefined {
  const path = parsePropertyPath(condition.key ?? '');
  if (condition.pattern === SELF) return (event, { userId }) => event.valueAt(path) === userId;
  if (condition.value !== SELF) return compileCondition(condition);
  return (event, { userId }) => {
    const list = event.valueAt(path);
    return Array.isArray(list) && list.includes(userId);
  };
}

function isUntouched(rules: PushRuleset): boolean {
  return PUSH_RULE_KINDS.every((kind) => {
    const defaults = DEFAULT_RULES[kind];
    if (rules[kind].length !== defaults.length) return false;
    return rules[kind].every((rule, index) => {
      const original = defaults[index];
      return (
        rule.default &&
        rule.rule_id === original?.rule_id &&
        rule.enabled === original.enabled &&
        JSON.stringify(rule.actions) === JSON.stringify(original.actions)
      );
    });
  });
}
