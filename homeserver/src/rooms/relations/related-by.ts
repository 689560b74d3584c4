import type { RoomEventFilter } from '../../accounts/index.ts';
import type { StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';

/**
 * Those of some events to which something refers in the way that a filter asks for.
 *
 * Source: Client-Server API v1.19, "Filtering", `related_by_rel_types` and `related_by_senders`: both by one event.
 */
export async function filterRelated(
  { storage }: RoomsContext,
  { related_by_rel_types: relTypes, related_by_senders: senders }: RoomEventFilter,
  events: readonly StoredEvent[],
): Promise<readonly StoredEvent[]> {
  if (relTypes === undefined && senders === undefined) return events;
  const relations = await storage.relations.relatedBy(events.map(({ eventId }) => eventId));
  const passing = relations.filter(
    ({ relType, sender }) => relTypes?.includes(relType) !== false && senders?.includes(sender) !== false,
  );
  const parents = new Set(passing.map(({ parent }) => parent));
  return events.filter(({ eventId }) => parents.has(eventId));
}
