import { authorizeEvent, checkAuthEvents } from '../../protocol/event-auth/index.ts';
import type { Pdu } from '../../protocol/events.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import { stateKeyOf } from '../room.ts';
import type { CheckedRoom } from './intake-context.ts';

/**
 * Step 4: do the events that it names as its authority allow it? Otherwise it is rejected.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU"; Room versions, "Authorization rules", the rule
 * on `auth_events`.
 * @param authEvents all that it names.
 * @returns why not, or undefined.
 */
export function checkByAuthEvents(
  pdu: Pdu,
  authEvents: readonly StoredEvent[],
  room: CheckedRoom,
): string | undefined {
  const { rules, createEvent } = room;
  const rejected = authEvents.find((event) => event.status === EventStatus.Rejected);
  if (rejected !== undefined) return `auth_events has ${rejected.eventId}, which was rejected`;
  const pdus = authEvents.map((event) => event.pdu);
  const selection = checkAuthEvents(pdu, pdus, rules);
  if (!selection.allowed) return selection.reason;
  const state = new Map(pdus.map((event) => [stateKeyOf(event.type, event.state_key ?? ''), event]));
  if (rules.roomIdIsCreateHash && createEvent !== undefined) {
    state.set(stateKeyOf('m.room.create', ''), createEvent.pdu);
  }
  const decision = authorizeEvent(pdu, (type, key) => state.get(stateKeyOf(type, key)), rules);
  return decision.allowed ? undefined : decision.reason;
}
