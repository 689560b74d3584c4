import { randomOpaqueId } from '../base/ids.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import type { Pdu } from '../protocol/events.ts';
import { referenceHash } from '../protocol/hashing.ts';
import type { RoomVersionRules } from '../protocol/room-versions.ts';
import { RoomVersionConflict, type StoredEvent } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';

/**
 * Gives a new event what room versions 1 and 2 want in it: an ID of our choice, and beside every event that it names
 * the hash of that. Later versions name events by their hash; there it is as it was.
 *
 * Source: Room version 1, "Event format", "Event IDs".
 * @param recent events that may be named and are not stored yet.
 * @throws RoomVersionConflict if an event that it names is not here: its commit has failed.
 */
export async function nameEvent(
  { serverName, storage }: RoomsContext,
  draft: Pdu,
  rules: RoomVersionRules,
  recent: readonly StoredEvent[] = [],
): Promise<Pdu> {
  if (!rules.referencesCarryHashes) return draft;
  const named = await storage.events.getAllById([...draft.prev_events, ...draft.auth_events]);
  for (const event of recent) named.set(event.eventId, event);
  const hashOf = (eventId: string): JsonObject => {
    const event = named.get(eventId);
    if (event === undefined) throw new RoomVersionConflict(`${eventId} is not here`);
    return { sha256: referenceHash(event.pdu, rules).toString('base64').replace(/=+$/, '') };
  };
  return {
    ...draft,
    event_id: `$${randomOpaqueId(18)}:${serverName}`,
    reference_hashes: {
      prev_events: draft.prev_events.map(hashOf),
      auth_events: draft.auth_events.map(hashOf),
    },
  };
}
