import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { IdAllocator, LogKind, type LogRow, type Storage } from '../storage/index.ts';
import {
  type AppServiceNames,
  NO_APP_SERVICES,
  type Profiles,
  type RoomSettings,
  type RoomsContext,
} from './context.ts';
import { followOthers } from './follow-others.ts';
import type { OtherServers } from './other-servers.ts';
import { PolicyKey } from './policy/policy-key.ts';
import { RoomRegistry } from './room-registry.ts';
import { UserRooms } from './user-rooms.ts';

/** What the rooms are made from. */
export interface RoomsOptions {
  readonly storage: Storage;
  readonly serverName: string;
  /** Of the database: part of every pagination token. */
  readonly epoch: string;
  readonly signingKeyId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly profiles: Profiles;
  readonly roomSettings: RoomSettings;
  /** Unless given, there are only the rooms here. */
  readonly otherServers?: OtherServers | undefined;
  /** None unless given. */
  readonly appServices?: AppServiceNames;
  /** What rooms may take in memory, in bytes, estimated; 256 MB unless given. */
  readonly roomMemoryBytes?: number | undefined;
}

/** Sets the rooms up: what every command and query takes as its first argument. */
export function createRooms(options: RoomsOptions): RoomsContext {
  const { storage, serverName } = options;
  const { database } = storage;
  const context: RoomsContext = {
    ...options,
    appServices: options.appServices ?? NO_APP_SERVICES,
    otherServers: options.otherServers,
    ids: {
      event: new IdAllocator(database, 'event'),
      room: new IdAllocator(database, 'room'),
      block: new IdAllocator(database, 'block'),
      snapshot: new IdAllocator(database, 'snapshot'),
    },
    creationTime: increasingTime(options.clock),
    policyKey: new PolicyKey(storage),
    registry: new RoomRegistry(storage, serverName, options.roomMemoryBytes),
    userRooms: new UserRooms(storage),
    entering: new Map(),
    sending: new Map(),
  };
  database.onCommitted((rows) => forgetDeleted(context, rows));
  followOthers(context);
  return context;
}

/** Rooms that were deleted, here or by another process, leave memory. */
function forgetDeleted({ registry, userRooms }: RoomsContext, rows: readonly LogRow[]): void {
  for (const { kind, ref, user } of rows) {
    if (kind !== LogKind.RoomGone || ref === undefined) continue;
    if (user === undefined) registry.drop(ref);
    else userRooms.drop(user, ref);
  }
}

function increasingTime(clock: Clock): () => number {
  let last = 0;
  return () => {
    last = Math.max(clock.now(), last + 1);
    return last;
  };
}
