import type { CompiledPushRules, CompiledRule, PushOutcome } from './compile-rules.ts';
import type { PushUser } from './conditions.ts';
import type { PushEvent } from './push-event.ts';

const SILENT: PushOutcome = { notify: false, highlight: false, actions: [] };

/**
 * What the rules of a user make of an event: the first rule that matches decides. Events of the user themselves are
 * silent. Make one `PushEvent` for an event and evaluate it for all users of the room.
 *
 * Source: Client-Server API v1.19, "Push Rules".
 */
export function evaluatePushRules(rules: CompiledPushRules, event: PushEvent, user: PushUser): PushOutcome {
  if (event.sender === user.userId) return SILENT;
  return (
    firstMatch(rules.override, event, user) ??
    firstMatch(rules.content, event, user) ??
    rules.room.get(event.roomId) ??
    rules.sender.get(event.sender) ??
    firstMatch(rules.underride, event, user) ??
    SILENT
  );
}

function firstMatch(
  rules: readonly CompiledRule[],
  event: PushEvent,
  user: PushUser,
): PushOutcome | undefined {
  for (const rule of rules) {
    if (matches(rule, event, user)) return rule.outcome;
  }
  return undefined;
}

function matches(rule: CompiledRule, event: PushEvent, user: PushUser): boolean {
  if (rule.slot === undefined) return holds(rule, event, user);
  return event.recall(rule.slot) ?? event.remember(rule.slot, holds(rule, event, user));
}

function holds(rule: CompiledRule, event: PushEvent, user: PushUser): boolean {
  for (const matcher of rule.matchers) {
    if (!matcher(event, user)) return false;
  }
  return true;
}
