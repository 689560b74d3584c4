/** The state of a room: event IDs by the keys that `stateMapKey` makes. */
export type StateMap = ReadonlyMap<string, string>;

/** One string for a type and state key; no two pairs share one. */
export function stateMapKey(type: string, stateKey: string): string {
  return `${type.length} ${type} ${stateKey}`;
}

/** The keys on which several states agree, with their events, and the events of the keys on which they do not. */
export interface SeparatedState {
  readonly unconflicted: Map<string, string>;
  readonly conflicted: Map<string, Set<string>>;
}

/**
 * Separates what states agree on from what they do not.
 * @param missingConflicts whether a key that one state lacks is in conflict: yes from room version 2 on, no in version 1.
 */
export function separateState(states: readonly StateMap[], missingConflicts: boolean): SeparatedState {
  const unconflicted = new Map<string, string>();
  const conflicted = new Map<string, Set<string>>();
  const occurrences = new Map<string, number>();
  for (const state of states) {
    for (const [key, eventId] of state) {
      occurrences.set(key, (occurrences.get(key) ?? 0) + 1);
      const rivals = conflicted.get(key);
      const agreed = unconflicted.get(key);
      if (rivals !== undefined) rivals.add(eventId);
      else if (agreed === undefined) unconflicted.set(key, eventId);
      else if (agreed !== eventId) {
        unconflicted.delete(key);
        conflicted.set(key, new Set([agreed, eventId]));
      }
    }
  }
  if (!missingConflicts) return { unconflicted, conflicted };
  for (const [key, eventId] of unconflicted) {
    if (occurrences.get(key) === states.length) continue;
    unconflicted.delete(key);
    conflicted.set(key, new Set([eventId]));
  }
  return { unconflicted, conflicted };
}
