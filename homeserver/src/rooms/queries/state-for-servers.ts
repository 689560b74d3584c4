import type { StoredEvent } from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import { eventsInTurns } from '../in-turns.ts';

/** The state of a room before an event that has its place there. */
export async function stateBeforeEvent(
  { storage }: Pick<RoomsContext, 'storage'>,
  event: StoredEvent,
): Promise<StoredEvent[]> {
  const entries = await storage.states.entriesOf(event.snapshotNid);
  return eventsInTurns(
    storage,
    entries.map(({ eventNid }) => eventNid),
  );
}

/**
 * The events that some events are based on, along `auth_events` to the beginning, without those themselves.
 *
 * Source: Server-Server API v1.19, "Authorization rules", auth chain.
 */
export async function authChainOf(
  { storage }: Pick<RoomsContext, 'storage'>,
  events: readonly StoredEvent[],
): Promise<StoredEvent[]> {
  const seen = new Set(events.map(({ eventId }) => eventId));
  const chain: StoredEvent[] = [];
  for (let from = events; from.length > 0; ) {
    const named = new Set(from.flatMap(({ pdu }) => pdu.auth_events).filter((eventId) => !seen.has(eventId)));
    for (const eventId of named) seen.add(eventId);
    from = [...(await storage.events.getAllById([...named])).values()];
    chain.push(...from);
  }
  return chain;
}
