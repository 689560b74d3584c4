import { authDifferenceOf, type KnownEvent } from '../../protocol/state-resolution/index.ts';
import type { Storage, StoredEvent } from '../../storage/index.ts';

/** Where events are found, and which of them states agree on. */
export interface AuthGraph {
  readonly roomNid: number;
  readonly storage: Pick<Storage, 'authHeights'>;
  /** Stored events by ID, and those on their way. */
  load(eventIds: readonly string[]): Promise<ReadonlyMap<string, StoredEvent>>;
  /** As `load`, as state resolution needs them. */
  loadKnown(eventIds: readonly string[]): Promise<ReadonlyMap<string, KnownEvent>>;
  /** Those of some events that hold their type and state key in all of the states. */
  agreedAmong(nids: readonly number[]): Promise<readonly StoredEvent[]>;
  /** Every event that all of the states have. */
  agreed(): Promise<readonly StoredEvent[]>;
}

/** More events than these are not looked at one by one. */
const MOST_LOOKED_AT = 1000;

/**
 * The auth difference of states: what some of them are based on, directly or not, and others are not.
 *
 * What states agree on, all are based on. So only what they disagree on is followed to its beginning, which is short,
 * however large the room; of what is found and is not common to all, that is taken out on which something agreed upon is
 * based. Only events that are higher than the lowest of it can be, and those are few where branches have parted lately.
 *
 * @param disagreed what each state has that not all have, as IDs.
 */
export async function authDifference(
  graph: AuthGraph,
  disagreed: readonly ReadonlySet<string>[],
): Promise<ReadonlySet<string>> {
  const difference = await authDifferenceOf(disagreed, (eventIds) => graph.loadKnown(eventIds));
  const found = [...(await graph.load([...difference])).values()];
  for (const { eventId } of await graph.agreedAmong(found.map(({ nid }) => nid))) difference.delete(eventId);
  const left = found.filter(({ eventId }) => difference.has(eventId));
  const heights = await graph.storage.authHeights.of(left.map(({ nid }) => nid));
  if (heights.size > 0) await takeOutBases(graph, difference, Math.min(...heights.values()));
  return difference;
}

/** Takes out of a set of events those that something agreed upon is based on. @param lowest height of the set. */
async function takeOutBases(graph: AuthGraph, events: Set<string>, lowest: number): Promise<void> {
  const { authHeights } = graph.storage;
  const higher = await authHeights.above(graph.roomNid, lowest, MOST_LOOKED_AT + 1);
  const agreed = higher.length > MOST_LOOKED_AT ? await graph.agreed() : await graph.agreedAmong(higher);
  const seen = new Set<string>();
  for (let from = agreed; from.length > 0 && events.size > 0; ) {
    const named = new Set(from.flatMap(({ pdu }) => pdu.auth_events).filter((eventId) => !seen.has(eventId)));
    for (const eventId of named) {
      seen.add(eventId);
      events.delete(eventId);
    }
    const based = [...(await graph.load([...named])).values()];
    const heights = await authHeights.of(based.map(({ nid }) => nid));
    from = based.filter(({ nid }) => (heights.get(nid) ?? 0) > lowest);
  }
}
