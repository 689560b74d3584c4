import type { JsonObject } from '../protocol/canonical-json.ts';
import type { ServerName, UserId } from '../protocol/identifiers.ts';
import type { UnitOfWork } from '../storage/index.ts';

/** Device IDs by user ID; an empty list means all devices. */
export type AskedDevices = Readonly<Record<UserId, readonly string[]>>;

/** For each user and device the algorithm of the key that is wanted. */
export type AskedOneTimeKeys = Readonly<Record<UserId, Readonly<Record<string, string>>>>;

/** One-time keys by user and device: under its name each, `algorithm:ID`. */
export type GivenOneTimeKeys = Record<UserId, Record<string, JsonObject>>;

/** Keys of users, signed objects all of them. */
export interface KeysOfUsers {
  readonly deviceKeys: Record<UserId, Record<string, JsonObject>>;
  readonly masterKeys: Record<UserId, JsonObject>;
  readonly selfSigningKeys: Record<UserId, JsonObject>;
}

/** Keys of users of another server. */
export interface RemoteKeysOfUsers extends KeysOfUsers {
  /** Whether the server does not answer, and these are those that it told last: of some of the users, or of none. */
  readonly isOutdated: boolean;
}

/** What encryption needs of other servers; who follows the federation gives it. */
export interface RemoteKeys {
  /**
   * Keys of users of one server, from it or from what is known of them.
   * @throws if the server cannot be asked.
   */
  query(server: ServerName, users: AskedDevices, timeoutMs: number): Promise<RemoteKeysOfUsers>;
  /**
   * One-time keys of devices of one server.
   * @throws if the server cannot be asked.
   */
  claim(server: ServerName, wanted: AskedOneTimeKeys, timeoutMs: number): Promise<GivenOneTimeKeys>;
}

/** Messages to devices of one other server, as an `m.direct_to_device` EDU has them. */
export interface RemoteMessages {
  readonly sender: UserId;
  readonly type: string;
  readonly messageId: string;
  readonly messages: Readonly<Record<UserId, Readonly<Record<string, JsonObject>>>>;
}

/** Takes messages to other servers; who follows the federation gives it. */
export interface RemoteToDevice {
  /** Adds messages to what is to be sent, in the unit that stores those to devices of this server. */
  enqueue(unit: UnitOfWork, server: ServerName, messages: RemoteMessages): void;
}

/** What becomes of remote servers while nobody follows the federation: none of them can be reached. */
export const NO_REMOTE_KEYS: RemoteKeys = {
  query: () => Promise.reject(new Error('other servers cannot be reached')),
  claim: () => Promise.reject(new Error('other servers cannot be reached')),
};
