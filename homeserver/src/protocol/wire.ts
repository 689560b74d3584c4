import type { JsonObject } from './canonical-json.ts';
import { badJson } from './errors.ts';
import type { Pdu } from './events.ts';
import { isEventId, isRoomId, isUserId } from './identifiers.ts';
import { isRawNumber } from './json-numbers.ts';
import { isJsonObject } from './json-values.ts';
import type { RoomVersionRules } from './room-versions.ts';

/**
 * Between the JSON that servers exchange and the `Pdu` that the code works with.
 *
 * Source: specification v1.19, Room versions, "Event format" (versions 1, 3, 11 and 12).
 */

/**
 * The event as it is sent, hashed and signed: version 1 and 2 references become pairs of ID and hashes. Where nothing
 * changes, it is the event itself.
 */
export function pduToWire(pdu: Pdu, rules: RoomVersionRules): JsonObject {
  if (pdu.exact === undefined && pdu.reference_hashes === undefined && !rules.referencesCarryHashes) {
    return pdu as unknown as JsonObject;
  }
  const { reference_hashes: hashes, exact, ...wire } = pdu;
  const json = wire as unknown as JsonObject;
  if (exact !== undefined) Object.assign(json, exact);
  if (rules.referencesCarryHashes) {
    json.prev_events = pdu.prev_events.map((id, index) => [id, hashes?.prev_events[index] ?? {}]);
    json.auth_events = pdu.auth_events.map((id, index) => [id, hashes?.auth_events[index] ?? {}]);
  }
  return json;
}

/**
 * Checks that received JSON (parsed with `parseJson`) has the form of an event of this room version, step 1 of the
 * checks on receipt, and converts it. Sizes are checked by `checkEventSizes`; whether it has a canonical form shows
 * when it is hashed.
 * @throws {MatrixError} 400 `M_BAD_JSON` naming the key that is wrong.
 */
export function pduFromWire(json: unknown, rules: RoomVersionRules): Pdu {
  if (!isJsonObject(json)) throw badJson('An event must be an object');
  checkKeys(json, rules);
  const prev = readReferences(json.prev_events, 'prev_events', rules);
  const auth = readReferences(json.auth_events, 'auth_events', rules);
  const { reference_hashes: _foreign, exact: _foreignToo, ...rest } = json;
  const pdu: Pdu = { ...(rest as unknown as Pdu), prev_events: prev.ids, auth_events: auth.ids };
  if (rules.referencesCarryHashes) {
    pdu.reference_hashes = { prev_events: prev.hashes, auth_events: auth.hashes };
  }
  for (const key of ['depth', 'origin_server_ts'] as const) {
    const number = json[key];
    if (!isRawNumber(number)) continue;
    pdu[key] = Number(number.rawJSON);
    pdu.exact = { ...pdu.exact, [key]: number };
  }
  return pdu;
}

function checkKeys(json: JsonObject, rules: RoomVersionRules): void {
  ensure(typeof json.type === 'string', 'type');
  ensure(isUserId(json.sender), 'sender');
  ensure(json.state_key === undefined || typeof json.state_key === 'string', 'state_key');
  ensure(isJsonObject(json.content), 'content');
  ensure(isInteger(json.depth, rules) && !isNegative(json.depth), 'depth');
  ensure(isInteger(json.origin_server_ts, rules), 'origin_server_ts');
  ensure(isJsonObject(json.hashes) && typeof json.hashes.sha256 === 'string', 'hashes');
  ensure(isSignatures(json.signatures), 'signatures');
  ensure(json.unsigned === undefined || isJsonObject(json.unsigned), 'unsigned');
  if (json.type === 'm.room.redaction' && !rules.redactsInContent) {
    ensure(json.redacts === undefined || typeof json.redacts === 'string', 'redacts');
  }
  if (rules.eventIdFormat === 'in-event') ensure(isEventId(json.event_id), 'event_id');
  const mayLackRoomId = rules.roomIdIsCreateHash && json.type === 'm.room.create' && json.state_key === '';
  ensure(isRoomId(json.room_id) || (mayLackRoomId && json.room_id === undefined), 'room_id');
}

function ensure(holds: boolean, key: string): void {
  if (!holds) throw badJson(`The event's ${key} is missing or has the wrong form`);
}

function isInteger(value: unknown, rules: RoomVersionRules): boolean {
  if (isRawNumber(value)) return !rules.strictCanonicalJson && /^-?[0-9]{1,19}$/.test(value.rawJSON);
  return Number.isSafeInteger(value);
}

function isSignatures(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  return Object.values(value).every(
    (byKey) =>
      isJsonObject(byKey) && Object.values(byKey).every((signature) => typeof signature === 'string'),
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
    const pair: unknown = rules.referencesCarryHashes ? item : [item, {}];
    const [id, hash] = Array.isArray(pair) && pair.length === 2 ? (pair as unknown[]) : [];
    if (!isEventId(id) || !isJsonObject(hash))
      throw badJson(`The event's ${key} has an entry of the wrong form`);
    ids.push(id);
    hashes.push(hash);
  }
  return { ids, hashes };
}

function isNegative(value: unknown): boolean {
  return Number(isRawNumber(value) ? value.rawJSON : value) < 0;
}
