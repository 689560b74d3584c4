import type { JsonObject, JsonValue } from './canonical-json.ts';
import type { RawNumber } from './json-numbers.ts';
import type { RoomVersionRules } from './room-versions.ts';

/** Signatures by server name and key ID, in unpadded base64. */
export type Signatures = Record<string, Record<string, string>>;

/**
 * An event as servers exchange it. `prev_events` and `auth_events` are event IDs in every room version; the pairs of
 * versions 1 and 2 exist only on the wire (`wire.ts` converts). Treat it as immutable: several caches rely on it.
 * Keys beside these may be present at run time (they count for the hashes) and survive.
 *
 * Source: specification v1.19, Room versions, "Event format".
 */
export interface Pdu {
  type: string;
  /** Absent from the create event of room version 12 and on. */
  room_id?: string;
  sender: string;
  /** Present if and only if this is a state event; often the empty string. */
  state_key?: string;
  content: JsonObject;
  prev_events: string[];
  auth_events: string[];
  depth: number;
  /** Milliseconds since 1970, as the sender's server claims. */
  origin_server_ts: number;
  hashes: { sha256: string };
  signatures: Signatures;
  unsigned?: JsonObject;
  /** Room versions 1 and 2 only; later the ID is computed (`eventIdOf`). */
  event_id?: string;
  /** Top level of `m.room.redaction` before room version 11; `redactsOf` knows where to look. */
  redacts?: string;
  /** For how long whoever is in the room, or comes, is told of the event (MSC4354); `stickyDurationOf` reads it. */
  msc4354_sticky?: JsonValue;
  /**
   * Room versions 1 and 2 only, and only in memory: the hashes that stand beside each ID in `prev_events` and
   * `auth_events` on the wire, in the same order. They are part of what is hashed and signed.
   */
  reference_hashes?: { prev_events: JsonObject[]; auth_events: JsonObject[] };
  /** Room versions 1 to 5 only, and only in memory: what these numbers are exactly where they exceed 2^53. */
  exact?: { depth?: RawNumber; origin_server_ts?: RawNumber };
}

/** A state event. */
export type StatePdu = Pdu & { state_key: string };

/**
 * The type of an event that says nothing: it follows the newest events of a room, so that the next need not name so
 * many. Synapse's name for it, which other servers know.
 */
export const DUMMY_EVENT = 'org.matrix.dummy_event';

/** Whether the event is a state event. */
export function isState(pdu: Pdu): pdu is StatePdu {
  return pdu.state_key !== undefined;
}

/** The ID of the event that a redaction redacts, wherever the room version puts it. */
export function redactsOf(pdu: Pdu, rules: RoomVersionRules): string | undefined {
  const redacts = rules.redactsInContent ? pdu.content.redacts : pdu.redacts;
  return typeof redacts === 'string' ? redacts : undefined;
}
