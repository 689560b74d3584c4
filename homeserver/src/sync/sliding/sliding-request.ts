import type { PresenceState } from '../../realtime/index.ts';
import type { Viewer } from '../../rooms/index.ts';
import type { RequiredState } from './required-state.ts';

/** A request of a sliding sync, whichever dialect it came in. */
export interface SlidingRequest {
  readonly viewer: Viewer;
  /** Tells a device's connections apart; empty for one without a name. */
  readonly connectionId: string;
  /** What the last response gave; undefined to begin. */
  readonly pos: string | undefined;
  /** How long to wait for news, in milliseconds. */
  readonly timeoutMs: number;
  readonly setPresence: PresenceState;
  /** By name. */
  readonly lists: ReadonlyMap<string, ListRequest>;
  /** By room ID. */
  readonly subscriptions: ReadonlyMap<string, RoomConfig>;
  readonly extensions: ExtensionsRequest;
  /** Ends the wait: the client has gone, or the server stops. */
  readonly signal: AbortSignal;
}

/** What to tell of a room. */
export interface RoomConfig {
  readonly timelineLimit: number;
  readonly requiredState: RequiredState;
}

/** A window on the viewer's rooms, the one with the newest event first. */
export interface ListRequest extends RoomConfig {
  /** From 0, both ends in it; undefined for all rooms. */
  readonly ranges: readonly (readonly [number, number])[] | undefined;
  readonly filters: ListFilters;
}

/** Which rooms are in a list; what is absent does not matter. Source: MSC4186, "SlidingRoomFilter". */
export interface ListFilters {
  readonly isDirect?: boolean | undefined;
  readonly isEncrypted?: boolean | undefined;
  readonly isInvited?: boolean | undefined;
  /** IDs of spaces: only their children. */
  readonly spaces?: readonly string[] | undefined;
  /** Null for rooms without a type. */
  readonly roomTypes?: readonly (string | null)[] | undefined;
  readonly notRoomTypes?: readonly (string | null)[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly notTags?: readonly string[] | undefined;
}

/** What a request wants beside rooms; what is absent is not wanted. */
export interface ExtensionsRequest {
  /** MSC3885. */
  readonly toDevice?: { readonly since: string | undefined; readonly limit: number } | undefined;
  /** MSC3884. */
  readonly endToEnd: boolean;
  /** MSC3959. */
  readonly accountData?: ExtensionScope | undefined;
  /** MSC3960. */
  readonly receipts?: ExtensionScope | undefined;
  /** MSC3961. */
  readonly typing?: ExtensionScope | undefined;
  /** MSC4480. */
  readonly sticky?: { readonly since: string | undefined; readonly limit: number } | undefined;
}

/** Of which rooms an extension tells: of all that the request is about unless narrowed down. */
export interface ExtensionScope {
  /** Names of lists. */
  readonly lists: readonly string[] | undefined;
  /** IDs of rooms that are subscribed to. */
  readonly rooms: readonly string[] | undefined;
}
