/** What the other rooms use of storage. SQL stays inside. */
export type { Database } from './database/database.ts';
export type { LogRow } from './database/group-committer.ts';
export { IdAllocator } from './database/id-allocator.ts';
export {
  type Committed,
  ExpectationFailed,
  LogKind,
  RoomVersionConflict,
  UnitOfWork,
} from './database/unit-of-work.ts';
export { openStorage, type Storage } from './storage.ts';
export type { StoredEvent } from './stores/event-store.ts';
export type { Placed } from './stores/log-store.ts';
export type { MemberRow, Membership, RoomOfUser, RoomRow } from './stores/room-store.ts';
export {
  blocksAfter,
  EMPTY_SNAPSHOT,
  layerChange,
  type SnapshotBlocks,
  type StateEntry,
} from './stores/state-store.ts';
export type { TransactionKey } from './stores/transaction-store.ts';
