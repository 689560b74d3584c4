import type { JsonObject } from '../protocol/canonical-json.ts';
import { defaultPushRules, type PushRuleset, withDefaultRules } from '../protocol/push-rules/index.ts';

/** The type of the account data that holds the push rules. */
export const PUSH_RULES_TYPE = 'm.push_rules';

/** The rules in stored account data, brought up to date; those that everybody starts with if there is none. */
export function rulesIn(content: JsonObject | undefined, userId: string): PushRuleset {
  if (content === undefined) return defaultPushRules(userId);
  return withDefaultRules(content.global as unknown as PushRuleset, userId);
}

/** Rules as account data, which is also how `/sync` and `GET /pushrules/` give them. */
export function asAccountData(rules: PushRuleset): JsonObject {
  return { global: rules as unknown as JsonObject };
}
