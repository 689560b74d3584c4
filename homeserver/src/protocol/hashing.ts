import { createHash, hash } from 'node:crypto';
import { canonicalJson, lenientCanonicalJson } from './canonical-json.ts';
import type { Pdu } from './events.ts';
import { redactPdu } from './redaction.ts';
import type { RoomVersionRules } from './room-versions.ts';
import { pduToWire } from './wire.ts';

/**
 * The hashes of events: one over everything (`hashes.sha256`), one over what survives a redaction (the event's name).
 *
 * Source: specification v1.19, Server-Server API, "Signing Events".
 */

/** The content hash, what `hashes.sha256` must say: unpadded base64 of SHA-256 over the event without `unsigned`, `signatures` and `hashes`. */
export function contentHash(pdu: Pdu, rules: RoomVersionRules): string {
  // Canonical JSON skips keys without a value, which costs less than a copy without the keys.
  const json = { ...pduToWire(pdu, rules), unsigned: undefined, signatures: undefined, hashes: undefined };
  return stripPadding(hash('sha256', canonicalEventJson(json, rules), 'base64'));
}

/**
 * What gets signed: canonical JSON of the redacted event, without `signatures` and `unsigned`. It does contain
 * `hashes`, so the content hash has to be in place.
 */
export function signingBytes(pdu: Pdu, rules: RoomVersionRules): string {
  const json = { ...pduToWire(redactPdu(pdu, rules), rules), unsigned: undefined, signatures: undefined };
  return canonicalEventJson(json, rules);
}

/** SHA-256 over `signingBytes`, 32 bytes. From room version 3 on it names the event. */
export function referenceHash(pdu: Pdu, rules: RoomVersionRules): Buffer {
  return createHash('sha256').update(signingBytes(pdu, rules)).digest();
}

/**
 * The event's ID: its `event_id` in room versions 1 and 2, `$` and the reference hash later.
 * @throws {TypeError} if an event of room version 1 or 2 has no `event_id`.
 */
export function eventIdOf(pdu: Pdu, rules: RoomVersionRules): string {
  if (rules.eventIdFormat === 'in-event') {
    if (pdu.event_id === undefined)
      throw new TypeError('Events of room versions 1 and 2 carry their event_id');
    return pdu.event_id;
  }
  return eventIdOfSigningBytes(signingBytes(pdu, rules), rules);
}

/** As `eventIdOf`, for a caller that has the `signingBytes` already. Room version 3 and on. */
export function eventIdOfSigningBytes(bytes: string, rules: RoomVersionRules): string {
  if (rules.eventIdFormat === 'base64url') return `$${hash('sha256', bytes, 'base64url')}`;
  return `$${stripPadding(hash('sha256', bytes, 'base64'))}`;
}

const roomIds = new WeakMap<Pdu, string>();

/**
 * The ID of the room that this create event makes: `!` and its reference hash from room version 12 on, its
 * `room_id` before. Remembered for each event object.
 */
export function roomIdOfCreate(create: Pdu, rules: RoomVersionRules): string {
  if (!rules.roomIdIsCreateHash) return create.room_id ?? '';
  let roomId = roomIds.get(create);
  if (roomId === undefined) {
    roomId = `!${eventIdOf(create, rules).slice(1)}`;
    roomIds.set(create, roomId);
  }
  return roomId;
}

/** The ID of the room that an event belongs to, also for the create event of room version 12 and on. */
export function roomIdOf(pdu: Pdu, rules: RoomVersionRules): string {
  return pdu.room_id ?? roomIdOfCreate(pdu, rules);
}

/**
 * Canonical JSON as the room version defines it.
 * @throws {CanonicalJsonError} 400 `M_BAD_JSON`; every function of this file throws it for events that have none.
 */
function canonicalEventJson(value: unknown, rules: RoomVersionRules): string {
  return rules.strictCanonicalJson ? canonicalJson(value) : lenientCanonicalJson(value);
}

/** SHA-256 in base64 ends with one `=`. */
function stripPadding(sha256Base64: string): string {
  return sha256Base64.slice(0, -1);
}
