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
