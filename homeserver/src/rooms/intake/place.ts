import type { StoredEvent } from '../../storage/index.ts';

/**
 * Whether the state before an event is known, so that others can follow it. It is not of outliers, nor of events that
 * were rejected without it. Only the create event has an empty state before it.
 */
export function hasPlace(event: StoredEvent): boolean {
  return event.snapshotNid !== 0 || event.pdu.type === 'm.room.create';
}
