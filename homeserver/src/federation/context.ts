import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Metrics } from '../base/metrics.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import type { ServerName } from '../protocol/identifiers.ts';
import type { SigningKey } from '../protocol/signing.ts';
import type { RoomsContext, SigningKeys } from '../rooms/index.ts';
import type { Storage } from '../storage/index.ts';
import type { JoinsUnderWay } from './joins-under-way.ts';

/** A request to another homeserver. */
export interface FederationRequest {
  readonly destination: ServerName;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Path and query as they are sent and signed, percent-encoded: `/_matrix/federation/v1/event/%24abc`. */
  readonly path: string;
  /** Sent as canonical JSON. */
  readonly body?: JsonObject;
  /** How large an answer may be, in bytes; 10 MiB unless given. */
  readonly maxBytes?: number;
  /** How long all of it may take, in milliseconds; 60 seconds unless given. */
  readonly timeLimitMs?: number;
  /** Whether a destination is asked even while it is not expected to answer: because a user is waiting for it. */
  readonly isUrgent?: boolean;
  /** Whether its success or failure says nothing for the record of the destination: when a stranger has named it. */
  readonly isUnrecorded?: boolean;
}

/** Asks other homeservers. Every request is signed, and whether it was answered is noted in the record of the destination. */
export interface FederationClient {
  /**
   * Sends a request.
   *
   * @returns the answer's JSON as `parseJson` reads it: an object, otherwise unchecked.
   * @throws FederationError
   */
  request(request: FederationRequest): Promise<JsonObject>;

  /**
   * As `request`, for answers that are no JSON or large: media. They come as they are read, which has to be within the
   * time limit; `maxBytes` counts.
   *
   * @throws FederationError also while the body is read.
   */
  open(request: FederationRequest): Promise<FederationAnswer>;
}

/** An answer with a status of 200 to 299. */
export interface FederationAnswer {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be read once. */
  readonly body: AsyncIterable<Buffer>;
}

/** Which other servers this one deals with, in either direction. */
export interface ServerPolicy {
  /** Whether requests of a server are taken, and it is asked. This server itself is always allowed. */
  isAllowed(server: ServerName): boolean;
}

/** What is known of how other servers can be reached: one record for each, kept across restarts. */
export interface Destinations {
  /** Whether it is worth asking a server now; false while it is given time after failures. */
  isReachable(server: ServerName): Promise<boolean>;
  /** When a server may be asked again, in milliseconds since 1970; 0 if it may be now. */
  restsUntil(server: ServerName): Promise<number>;
  /** A server asked us for something: what was kept back for it may go. */
  heardFrom(server: ServerName): void;
  /** Calls back when a server that was not reachable may be asked again, because it was heard from or answered somebody. */
  onReachable(listener: (server: ServerName) => void): void;
}

/** The keys of all servers. */
export interface Keyring extends SigningKeys {
  /**
   * What this server says of its keys.
   *
   * Source: Server-Server API v1.19, `GET /_matrix/key/v2/server`.
   */
  ownKeyDocument(): JsonObject;

  /**
   * What servers say of their keys, with our signature beside theirs. Those whose keys cannot be had are left out.
   *
   * Source: Server-Server API v1.19, "Querying keys through another server".
   * @param servers with the time until which the keys should be valid at least; what is known and not expired does for
   * those without one.
   */
  keysOf(servers: ReadonlyMap<ServerName, number | undefined>): Promise<JsonObject[]>;
}

/** What everything that follows the federation works with. */
export interface FederationContext {
  readonly serverName: ServerName;
  readonly storage: Storage;
  readonly rooms: RoomsContext;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly client: FederationClient;
  readonly policy: ServerPolicy;
  readonly destinations: Destinations;
  /** Keys of other servers, and our own. */
  readonly keyring: Keyring;
  /** What this server signs with. */
  readonly key: SigningKey;
  readonly joins: JoinsUnderWay;
}
