import type { Pdu } from '../protocol/events.ts';
import type { Storage } from '../storage/index.ts';

/**
 * How far an event is above the beginning of its room, along `auth_events` (`AuthHeightStore`).
 *
 * @param recent heights of events that are not stored yet, by ID.
 */
export async function authHeightOf(
  { authHeights, events }: Pick<Storage, 'authHeights' | 'events'>,
  { auth_events: named }: Pdu,
  recent: ReadonlyMap<string, number>,
): Promise<number> {
  const stored = await events.getAllById(named.filter((eventId) => !recent.has(eventId)));
  const known = await authHeights.of([...stored.values()].map(({ nid }) => nid));
  return 1 + Math.max(0, ...known.values(), ...named.map((eventId) => recent.get(eventId) ?? 0));
}
