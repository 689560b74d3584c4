import type { Pdu } from '../../protocol/events.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { RoomsContext } from '../context.ts';
import type { ForeignState } from './foreign-state.ts';

/** What a server must have signed. */
export interface SignatureCheck {
  readonly serverName: string;
  /** Signatures of that server as the event has them, by key ID. */
  readonly signatures: Readonly<Record<string, string>>;
  /** What is signed, in UTF-8. */
  readonly message: string;
  /** Milliseconds since 1970: when the key must have been valid. Undefined where room versions 1 to 4 do not ask. */
  readonly validAt: number | undefined;
}

/** The keys of all servers. Who follows the federation is behind it. */
export interface SigningKeys {
  /** Whether one of the signatures holds. A key that cannot be had verifies nothing. */
  verify(check: SignatureCheck): Promise<boolean>;
}

/** Where events are asked for that a received one names and that are not here. */
export interface MissingEvents {
  /**
   * Fetches events of a room. What cannot be had is left out; what was not asked for, earlier ones say, is looked at too.
   *
   * @returns their JSON as `parseJson` reads it, unchecked, in any order.
   */
  fetch(roomId: string, eventIds: readonly string[]): Promise<readonly unknown[]>;

  /**
   * The state of a room before an event whose predecessors cannot be had: after a long time without contact, say.
   * Undefined if nobody tells; then the event waits for what it follows.
   */
  stateBefore(roomId: string, eventId: string): Promise<ForeignState | undefined>;
}

/** What receiving an event works with. */
export interface IntakeContext extends RoomsContext {
  readonly signingKeys: SigningKeys;
}

/** What the checks of an event need to know of its room. */
export interface CheckedRoom {
  readonly roomId: string;
  readonly rules: RoomVersionRules;
  /** Undefined while it is not known yet which one that is. */
  readonly createEvent: CheckedEvent | undefined;
}

/** An event that passed the checks that need nothing else of its room: steps 1 to 3. */
export interface CheckedEvent {
  readonly eventId: string;
  /** Redacted if its content does not have the hash that it says. */
  readonly pdu: Pdu;
}
