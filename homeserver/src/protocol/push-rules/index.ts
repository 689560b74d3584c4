export { type CompiledPushRules, compilePushRules, type PushOutcome } from './compile-rules.ts';
export type { PushUser } from './conditions.ts';
export { defaultPushRules, withDefaultRules } from './default-rules.ts';
export {
  addPushRule,
  type RulePosition,
  removePushRule,
  setPushRuleActions,
  setPushRuleEnabled,
} from './edit-rules.ts';
export { evaluatePushRules } from './evaluate.ts';
export { PushEvent, type PushEventInput, type PushRoom } from './push-event.ts';
export {
  findPushRule,
  isPushRuleKind,
  PUSH_RULE_KINDS,
  type PushAction,
  type PushCondition,
  type PushRule,
  type PushRuleKind,
  type PushRuleset,
} from './ruleset.ts';
