import type { RoomVersionRules } from '../room-versions.ts';
import type { ResolutionSource } from './source.ts';
import type { StateMap } from './state-map.ts';
import { resolveStateV1 } from './v1.ts';
import { resolveStateV2 } from './v2.ts';

export { authDifferenceOf, conflictedSubgraphOf } from './auth-chains.ts';
export { type KnownEvent, type ResolutionSource, walkingSource } from './source.ts';
export { type StateMap, stateMapKey } from './state-map.ts';

/**
 * The state of a room where several states meet, by the algorithm of its version. The result does not depend on the
 * order of the states.
 * @param states the state after each predecessor, as event IDs by `stateMapKey`.
 * @param source answers with events of this room only, whatever the IDs that another server claimed to be its state.
 */
export async function resolveState(
  states: readonly StateMap[],
  rules: RoomVersionRules,
  source: ResolutionSource,
): Promise<Map<string, string>> {
  if (rules.stateResolution === 'v1') return resolveStateV1(states, rules, source);
  return resolveStateV2(states, rules, source);
}
