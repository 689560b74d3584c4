import { badJson, invalidParam, MatrixError, missingParam, notFound, tooLarge } from '../errors.ts';
import { isJsonObject } from '../json-values.ts';
import { orderRules } from './default-rules.ts';
import {
  findPushRule,
  type PushAction,
  type PushCondition,
  type PushRule,
  type PushRuleKind,
  type PushRuleset,
} from './ruleset.ts';

/**
 * Changes of a user's rules. Each function checks what the client sent and gives a new ruleset.
 *
 * Source: Client-Server API v1.19, "Push Rules: API".
 */

/** Rules of their own that a user may have. */
export const MAX_USER_RULES = 2000;
/** Characters of all glob patterns of a user together: every event in every room is matched against them. */
export const MAX_PATTERN_CHARACTERS = 4096;
const MAX_RULE_ID_LENGTH = 255;
const MAX_RULE_CHARACTERS = 16_384;

/** Where a new rule goes: next to a rule of the user, more important (`before`) or less (`after`). */
export interface RulePosition {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/**
 * Adds a rule of the user, or replaces the one with the same kind and ID. Without a position it becomes the most
 * important of its kind; with both, `before` counts. A new rule is enabled, a replaced one stays as it was.
 * @param body the request body: `actions`, and by kind `conditions` or `pattern`.
 * @throws {MatrixError} 400 `M_INVALID_PARAM` for the ID, 400 `M_MISSING_PARAM` or `M_BAD_JSON` for the body, 400
 * `M_UNKNOWN` if `before` or `after` is no rule of the user, 413 `M_TOO_LARGE` beyond the limits above.
 */
export function addPushRule(
  rules: PushRuleset,
  kind: PushRuleKind,
  ruleId: string,
  body: unknown,
  position: RulePosition = {},
): PushRuleset {
  checkRuleId(ruleId);
  const own = rules[kind].filter((rule) => !rule.default);
  const replaced = own.find((rule) => rule.rule_id === ruleId);
  const added: PushRule = {
    rule_id: ruleId,
    default: false,
    enabled: replaced?.enabled ?? true,
    ...readBody(kind, body),
  };
  if (JSON.stringify(added).length > MAX_RULE_CHARACTERS) throw tooLarge('The push rule is too large');
  const others = own.filter((rule) => rule !== replaced);
  const index = indexFor(others, position);
  const servers = rules[kind].filter((rule) => rule.default);
  const changed = { ...rules, [kind]: orderRules(others.toSpliced(index, 0, added), servers) };
  checkLimits(changed);
  return changed;
}

/**
 * Removes a rule of the user.
 * @throws {MatrixError} 404 `M_NOT_FOUND` if the user has no such rule; the server's cannot be removed.
 */
export function removePushRule(rules: PushRuleset, kind: PushRuleKind, ruleId: string): PushRuleset {
  const rule = findPushRule(rules, kind, ruleId);
  if (rule.default) throw notFound('The rules of the server cannot be removed, only disabled');
  return { ...rules, [kind]: rules[kind].filter((candidate) => candidate !== rule) };
}

/**
 * Enables or disables a rule, also one of the server's.
 * @throws {MatrixError} 404 `M_NOT_FOUND`; 400 `M_BAD_JSON` if `enabled` is no boolean.
 */
export function setPushRuleEnabled(
  rules: PushRuleset,
  kind: PushRuleKind,
  ruleId: string,
  enabled: unknown,
): PushRuleset {
  if (typeof enabled !== 'boolean') throw badJson('enabled must be true or false');
  return replaceRule(rules, kind, { ...findPushRule(rules, kind, ruleId), enabled });
}

/**
 * Sets the actions of a rule, also of one of the server's.
 * @throws {MatrixError} 404 `M_NOT_FOUND`; 400 `M_MISSING_PARAM` or `M_BAD_JSON` for the actions.
 */
export function setPushRuleActions(
  rules: PushRuleset,
  kind: PushRuleKind,
  ruleId: string,
  actions: unknown,
): PushRuleset {
  return replaceRule(rules, kind, { ...findPushRule(rules, kind, ruleId), actions: readActions(actions) });
}

function replaceRule(rules: PushRuleset, kind: PushRuleKind, changed: PushRule): PushRuleset {
  return { ...rules, [kind]: rules[kind].map((rule) => (rule.rule_id === changed.rule_id ? changed : rule)) };
}

function checkRuleId(ruleId: string): void {
  if (ruleId === '' || ruleId.length > MAX_RULE_ID_LENGTH)
    throw invalidParam('The rule ID is empty or too long');
  if (ruleId.startsWith('.'))
    throw invalidParam('Rule IDs that begin with a dot are the rules of the server');
  if (/[/\\]/.test(ruleId)) throw invalidParam('A rule ID has no slashes');
}

function indexFor(own: readonly PushRule[], { before, after }: RulePosition): number {
  const anchor = before ?? after;
  if (anchor === undefined) return 0;
  const index = own.findIndex((rule) => rule.rule_id === anchor);
  if (index === -1) throw new MatrixError(400, 'M_UNKNOWN', `before/after rule not found: ${anchor}`);
  return before === undefined ? index + 1 : index;
}

function readBody(kind: PushRuleKind, body: unknown): Pick<PushRule, 'actions' | 'conditions' | 'pattern'> {
  if (!isJsonObject(body)) throw badJson('A push rule must be an object');
  const actions = readActions(body.actions);
  switch (kind) {
    case 'override':
    case 'underride':
      return { actions, conditions: readConditions(body.conditions) };
    case 'content':
      if (body.pattern === undefined) throw missingParam('A content rule needs a pattern');
      if (typeof body.pattern !== 'string') throw badJson('pattern must be a string');
      return { actions, pattern: body.pattern };
    default:
      return { actions };
  }
}

/** `dont_notify` and `coalesce`, which older clients still send, mean nothing and are dropped. */
function readActions(value: unknown): PushAction[] {
  if (value === undefined) throw missingParam('A push rule needs actions');
  if (!Array.isArray(value)) throw badJson('actions must be a list');
  return (value as unknown[])
    .filter((action) => action !== 'dont_notify' && action !== 'coalesce')
    .map((action) => {
      if (action === 'notify') return action;
      if (isJsonObject(action) && typeof action.set_tweak === 'string')
        return action as unknown as PushAction;
      throw badJson('An action is "notify" or an object with set_tweak');
    });
}

function readConditions(value: unknown): PushCondition[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badJson('conditions must be a list');
  return (value as unknown[]).map((condition) => {
    if (!isJsonObject(condition) || typeof condition.kind !== 'string')
      throw badJson('A condition needs a kind');
    for (const key of ['key', 'pattern', 'is']) {
      if (condition[key] !== undefined && typeof condition[key] !== 'string')
        throw badJson(`${key} must be a string`);
    }
    return condition as unknown as PushCondition;
  });
}

function checkLimits(rules: PushRuleset): void {
  const own = Object.values(rules as unknown as Record<PushRuleKind, readonly PushRule[]>)
    .flat()
    .filter((rule) => !rule.default);
  if (own.length > MAX_USER_RULES) throw tooLarge(`More than ${MAX_USER_RULES} push rules`);
  let characters = 0;
  for (const rule of own) {
    characters += rule.pattern?.length ?? 0;
    for (const condition of rule.conditions ?? []) characters += condition.pattern?.length ?? 0;
  }
  if (characters > MAX_PATTERN_CHARACTERS) {
    throw tooLarge(`The patterns of the push rules have more than ${MAX_PATTERN_CHARACTERS} characters`);
  }
}
