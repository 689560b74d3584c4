import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { IdAllocator, Storage } from '../storage/index.ts';
import type { OtherServers } from './other-servers.ts';
import type { PolicyKey } from './policy/policy-key.ts';
import type { RoomRegistry } from './room-registry.ts';
import type { SerialQueue } from './serial-queue.ts';
import type { UserRooms } from './user-rooms.ts';

/** What a member event says about its user. */
export interface MemberProfile {
  readonly displayname?: string;
  readonly avatar_url?: string;
}

/** Where the rooms read profiles; the accounts room is behind it. */
export interface Profiles {
  /** The global profile of a local user. */
  profileOf(userId: string): Promise<MemberProfile>;
  /** Whether there is an account with this ID on this server. */
  exists(userId: string): Promise<boolean>;
}

/** Where users keep what they have set for a room; the accounts room is behind it. */
export interface RoomSettings {
  /** Gives a room what a user has set for the one that it replaces. */
  carry(
    user: { readonly userId: string; readonly userNid: number },
    from: { readonly nid: number; readonly roomId: string },
    to: { readonly nid: number; readonly roomId: string },
  ): Promise<void>;
}

/** Names that belong to application services, who may make what is asked for; accounts and delivery are behind it. */
export interface AppServiceNames {
  /** Whether an alias belongs to an application service that does not speak for this user. */
  isAliasKept(alias: string, userId: string): boolean;
  /** Asks whoever has the alias among its own to make the room. @returns whether it says that it has. */
  makeAlias(alias: string): Promise<boolean>;
  /** Asks whoever has the user among its own to make it. @returns whether it says that it has. */
  makeUser(userId: string): Promise<boolean>;
}

/** For a server without application services. */
export const NO_APP_SERVICES: AppServiceNames = {
  isAliasKept: () => false,
  makeAlias: () => Promise.resolve(false),
  makeUser: () => Promise.resolve(false),
};

/** Integer ids for what a room's events need. */
export interface RoomIds {
  readonly event: IdAllocator;
  readonly room: IdAllocator;
  readonly block: IdAllocator;
  readonly snapshot: IdAllocator;
}

/** What every command and query of the rooms works with. */
export interface RoomsContext {
  readonly storage: Storage;
  readonly serverName: string;
  /** Of the database, for the tokens that pages are asked for with. */
  readonly epoch: string;
  /** The ID of the key that events are signed with, `ed25519:VERSION`. */
  readonly signingKeyId: string;
  readonly clock: Clock;
  /** The time, later with each call: from version 12 on it tells rooms apart that are created alike. */
  readonly creationTime: () => number;
  readonly logger: Logger;
  readonly ids: RoomIds;
  readonly profiles: Profiles;
  readonly roomSettings: RoomSettings;
  readonly appServices: AppServiceNames;
  /** Undefined while nobody follows the federation: then there are only the rooms here. */
  readonly otherServers: OtherServers | undefined;
  readonly policyKey: PolicyKey;
  readonly registry: RoomRegistry;
  readonly userRooms: UserRooms;
  /** Rooms that this server is entering, by their ID: one attempt at a time. */
  readonly entering: Map<string, SerialQueue>;
  /** Sends under way by their transaction: a repeat waits for the first. */
  readonly sending: Map<string, Promise<string>>;
}
