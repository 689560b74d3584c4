import { invalidParam, tooLarge } from './errors.ts';
import type { Pdu } from './events.ts';
import { MAX_IDENTIFIER_BYTES } from './identifiers.ts';

/**
 * Sizes that the specification fixes (v1.19, Client-Server API "Size limits", Server-Server API "PDUs").
 */
export const MAX_EVENT_BYTES = 65_536;
const MAX_PREV_EVENTS = 20;
const MAX_AUTH_EVENTS = 10;
/** `depth` may not exceed this from room version 6 on; builders clamp to it in all. */
export const MAX_DEPTH = Number.MAX_SAFE_INTEGER;

/**
 * Checks an event against the limits.
 * @param byteLength bytes of the complete event, hashes and signatures included, as canonical JSON.
 * @throws {MatrixError} 413 `M_TOO_LARGE` for the event and for its identifiers, type and state key;
 * 400 `M_INVALID_PARAM` for more than 20 previous or 10 authorising events.
 */
export function checkEventSizes(pdu: Pdu, byteLength: number): void {
  if (byteLength > MAX_EVENT_BYTES) {
    throw tooLarge(`The event has ${byteLength} bytes; at most ${MAX_EVENT_BYTES} are allowed`);
  }
  checkLength('sender', pdu.sender);
  checkLength('room_id', pdu.room_id);
  checkLength('type', pdu.type);
  checkLength('state_key', pdu.state_key);
  checkLength('event_id', pdu.event_id);
  checkCount('prev_events', pdu.prev_events, MAX_PREV_EVENTS);
  checkCount('auth_events', pdu.auth_events, MAX_AUTH_EVENTS);
}

function checkLength(key: string, value: string | undefined): void {
  if (value === undefined || value.length * 3 <= MAX_IDENTIFIER_BYTES) return;
  if (Buffer.byteLength(value) > MAX_IDENTIFIER_BYTES) {
    throw tooLarge(`The event's ${key} is longer than ${MAX_IDENTIFIER_BYTES} bytes`);
  }
}

function checkCount(key: string, values: readonly string[], most: number): void {
  if (values.length > most) throw invalidParam(`The event has more than ${most} ${key}`);
}
