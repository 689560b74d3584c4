import type { MatrixClient } from 'matrix-js-sdk';

/** Push rules change as a whole: what they mute is found once for each of them. */
const mutedBy = new WeakMap<object, ReadonlySet<string>>();

/** Whether nothing that is said in a room is to be heard of. */
export function isMuted(client: MatrixClient, roomId: string): boolean {
  const rules = client.pushRules;
  if (rules === undefined) return false;
  let muted = mutedBy.get(rules);
  if (!muted) {
    const quiet = (rules.global.override ?? []).filter((rule) => rule.enabled && rule.actions.length === 0);
    muted = new Set(quiet.map((rule) => rule.rule_id));
    mutedBy.set(rules, muted);
  }
  return muted.has(roomId);
}
