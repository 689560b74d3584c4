import type { JsonObject } from './canonical-json.ts';
import { badJson } from './errors.ts';
import { isState, type Pdu } from './events.ts';
import { isEventId, isRoomId, isUserId } from './identifiers.ts';
import type { RoomVersionRules } from './room-versions.ts';

/**
 * Between the JSON that servers exchange and the `Pdu` that the code works with.
 *
 * Source: specification v1.19, Room versions, "Event format" (versions 1, 3, 11 and 12).
 */

/** The event as it is sent, hashed and signed: version 1 and 2 references become pairs of ID and hashes. */
export function pduToWire(pdu: Pdu, rules: RoomVersionRules): JsonObject {
  const { reference_hashes: hashes, ...wire } = pdu;
  if (!rules.referencesCarryHashes) return wire as unknown as JsonObject;
  return {
    ...wire,
    prev_events: pdu.prev_events.map((id, index) => [id, hashes?.prev_events[index] ?? {}]),
    auth_events: pdu.auth_events.map((id, index) => [id, hashes?.auth_events[index] ?? {}]),
  } as unknown as JsonObject;
}

/**
 * Checks that received JSON has the form of an event of this room version (step 1 of the checks on receipt) and
 * converts it. Sizes are checked by `checkEventSizes`, numbers by `canonicalJson` when the event is hashed.
 * @throws {MatrixError} 400 `M_BAD_JSON` naming the key that is wrong.
 */
export function pduFromWire(json: unknown, rules: RoomVersionRules): Pdu {
  if (!isObject(json)) throw badJson('An event must be an object');
  checkKeys(json, rules);
  const prev = readReferences(json.prev_events, 'prev_events', rules);
  const auth = readReferences(json.auth_events, 'auth_events', rules);
  const { reference_hashes: _foreign, ...rest } = json;
  const pdu: Pdu = { ...(rest as unknown as Pdu), prev_events: prev.ids, auth_events: auth.ids };
  if (rules.referencesCarryHashes) {
    pdu.reference_hashes = { prev_events: prev.hashes, auth_events: auth.hashes };
  }
  return pdu;
}

function checkKeys(json: Record<string, unknown>, rules: RoomVersionRules): void {
  ensure(typeof json.type === 'string', 'type');
  ensure(isUserId(json.sender), 'sender');
  ensure(json.state_key === undefined || typeof json.state_key === 'string', 'state_key');
  ensure(isObject(json.content), 'content');
  ensure(isCount(json.depth), 'depth');
  ensure(isCount(json.origin_server_ts), 'origin_server_ts');
  ensure(isObject(json.hashes) && typeof json.hashes.sha256 === 'string', 'hashes');
  ensure(isSignatures(json.signatures), 'signatures');
  ensure(json.unsigned === undefined || isObject(json.unsigned), 'unsigned');
  ensure(json.redacts === undefined || typeof json.redacts === 'string', 'redacts');
  if (rules.eventIdFormat === 'in-event') ensure(isEventId(json.event_id), 'event_id');
  const mayLackRoomId = rules.roomIdIsCreateHash && isState(json as unknown as Pdu);
  ensure(isRoomId(json.room_id) || (mayLackRoomId && json.room_id === undefined), 'room_id');
}

function ensure(holds: boolean, key: string): void {
  if (!holds) throw badJson(`The event's ${key} is missing or has the wrong form`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value);
}

function isSignatures(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every(
    (byKey) => isObject(byKey) && Object.values(byKey).every((signature) => typeof signature === 'string'),
  );
}

function readReferences(
  value: unknown,
  key: string,
  rules: RoomVersionRules,
): { ids: string[]; hashes: JsonObject[] } {
  const ids: string[] = [];
  const hashes: JsonObject[] = [];
  if (!Array.isArray(value)) throw badJson(`The event's ${key} must be an array`);
  for (const item of value as unknown[]) {
    const pair = rules.referencesCarryHashes ? item : [item, {}];
    ensure(Array.isArray(pair) && pair.length === 2, key);
    const [id, hash] = pair as unknown[];
    if (!isEventId(id) || !isObject(hash)) throw badJson(`The event's ${key} has an entry of the wrong form`);
    ids.push(id);
    hashes.push(hash as JsonObject);
  }
  return { ids, hashes };
}
