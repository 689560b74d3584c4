import { canonicalJson, lenientCanonicalJson } from '../../protocol/canonical-json.ts';
import { badJson } from '../../protocol/errors.ts';
import type { Pdu } from '../../protocol/events.ts';
import { eventIdOf, roomIdOf } from '../../protocol/hashing.ts';
import { checkEventSizes } from '../../protocol/limits.ts';
import { pduFromWire, pduToWire } from '../../protocol/wire.ts';
import type { CheckedEvent, CheckedRoom } from './intake-context.ts';

/**
 * Step 1: is it a valid event, and of this room? Otherwise it is dropped.
 *
 * Source: Server-Server API v1.19, "Checks performed on receipt of a PDU"; Room versions, "Event format".
 * @throws MatrixError 400 `M_BAD_JSON`, `M_INVALID_PARAM`; 413 `M_TOO_LARGE`.
 */
export function checkForm(json: unknown, room: CheckedRoom): CheckedEvent {
  const { rules, createEvent } = room;
  // What a server says beside the event is nobody's word: neither hashed nor signed.
  const { unsigned: _unsigned, ...pdu }: Pdu = pduFromWire(json, rules);
  const wire = pduToWire(pdu, rules);
  const text = rules.strictCanonicalJson ? canonicalJson(wire) : lenientCanonicalJson(wire);
  checkEventSizes(pdu, Buffer.byteLength(text));
  // No database keeps a NUL in a text, and nobody looks for such a type.
  if (pdu.type.includes('\0') || pdu.state_key?.includes('\0')) {
    throw badJson('The type and the state key of an event have no NUL');
  }
  if (roomIdOf(pdu, rules) !== room.roomId) throw badJson('The event is of another room');
  const eventId = eventIdOf(pdu, rules);
  // The rules look at nothing but the event itself here; a second beginning would pass them.
  const isCreate = pdu.type === 'm.room.create' && pdu.state_key === '';
  if (isCreate && createEvent !== undefined && eventId !== createEvent.eventId) {
    throw badJson('The room was created by another event');
  }
  return { eventId, pdu };
}
