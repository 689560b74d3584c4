import type { JsonValue } from '../canonical-json.ts';
import { notFound } from '../errors.ts';

/**
 * A user's push rules in the form that `GET /pushrules/global/` answers with and `m.push_rules` has under `global`.
 *
 * Source: Client-Server API v1.19, "Push Rules".
 */
export interface PushRuleset {
  readonly override: readonly PushRule[];
  readonly content: readonly PushRule[];
  readonly room: readonly PushRule[];
  readonly sender: readonly PushRule[];
  readonly underride: readonly PushRule[];
}

/** The kinds of rules, the most important first. */
export const PUSH_RULE_KINDS = ['override', 'content', 'room', 'sender', 'underride'] as const;
export type PushRuleKind = (typeof PUSH_RULE_KINDS)[number];

export interface PushRule {
  readonly rule_id: string;
  /** Whether this is one of the server's rules. */
  readonly default: boolean;
  readonly enabled: boolean;
  readonly actions: readonly PushAction[];
  /** Of override and underride rules. */
  readonly conditions?: readonly PushCondition[];
  /** Of content rules. */
  readonly pattern?: string;
}

export type PushAction = 'notify' | { readonly set_tweak: string; readonly value?: JsonValue };

/** A condition as stored. Kinds that are unknown are kept, and never match. */
export interface PushCondition {
  readonly kind: string;
  readonly key?: string;
  readonly pattern?: string;
  readonly is?: string;
  readonly value?: JsonValue;
}

/** Whether a path parameter names a kind of rules. */
export function isPushRuleKind(kind: string): kind is PushRuleKind {
  return (PUSH_RULE_KINDS as readonly string[]).includes(kind);
}

/**
 * The rule of this kind and ID.
 * @throws {MatrixError} 404 `M_NOT_FOUND`.
 */
export function findPushRule(rules: PushRuleset, kind: PushRuleKind, ruleId: string): PushRule {
  const rule = rules[kind].find((candidate) => candidate.rule_id === ruleId);
  if (rule === undefined) throw notFound(`There is no ${kind} rule ${ruleId}`);
  return rule;
}
