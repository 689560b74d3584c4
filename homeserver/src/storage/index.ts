/** What the other rooms use of storage. SQL stays inside. */
export type { Database } from './database/database.ts';
export type { LogRow } from './database/group-committer.ts';
export { IdAllocator } from './database/id-allocator.ts';
export type { Neighbours, Origin } from './database/neighbours.ts';
export {
  type Committed,
  ExpectationFailed,
  LogKind,
  RoomVersionConflict,
  UnitOfWork,
} from './database/unit-of-work.ts';
export {
  BlobMissing,
  type BlobStore,
  BlobTooLarge,
  type ByteRange,
  type SavedBlob,
} from './media/blob-store.ts';
export { FileStore } from './media/file-store.ts';
export { type S3Settings, S3Store } from './media/s3-store.ts';
export { openStorage, type Storage } from './storage.ts';
export type { AccountDataKey, StoredAccountData } from './stores/account-data-store.ts';
export type {
  AppServiceNews,
  AppServiceNewsKind,
  AppServiceTransaction,
  NetworkOfService,
} from './stores/app-service-store.ts';
export type { StoredCallMember } from './stores/call-member-store.ts';
export type { KeyUsage, StoredCrossSigningKey, StoredKeySignature } from './stores/cross-signing-store.ts';
export type { DelayedEvent } from './stores/delayed-event-store.ts';
export {
  DESTINATION_ORDERS,
  type DestinationPage,
  type DestinationRoom,
  type FailingDestination,
  type StoredDestination,
} from './stores/destination-store.ts';
export type { DehydratedDevice, DeviceAddress, StoredDeviceKeys } from './stores/device-key-store.ts';
export type { DeviceListChange, MembershipRow } from './stores/device-list-store.ts';
export type { DeviceSighting, StoredDevice } from './stores/device-store.ts';
export { EventStatus, type StoredEvent } from './stores/event-store.ts';
export type { GuildInviteRow } from './stores/guild-invite-store.ts';
export { type HistoryGap, POSITIONS_IN_GAP } from './stores/history-gap-store.ts';
export type { OffTimelineRow, TimelineRow } from './stores/history-purge-store.ts';
export {
  JobGivenUp,
  JobKind,
  type JobOutcome,
  type NewJob,
  type RunningJob,
  type StoredJob,
} from './stores/job-store.ts';
export type { BackupPart, StoredBackupSession, StoredBackupVersion } from './stores/key-backup-store.ts';
export {
  BEFORE_ALL,
  isMissed,
  type Placed,
  type StateMove,
  type StateRows,
  stateMoveKey,
  stateMoveOf,
} from './stores/log-store.ts';
export type { MailPause } from './stores/mail-pause-store.ts';
export {
  FIGURE_ORDERS,
  type FigureOrder,
  MEDIA_ORDERS,
  type MediaFigures,
  type MediaOfUser,
  type MediaOrder,
  type MediaPage,
} from './stores/media-list-store.ts';
export type { OldMedia, OldMediaCursor } from './stores/media-removal-store.ts';
export type {
  NewMedia,
  StoredMedia,
  StoredThumbnail,
  ThumbnailKey,
  UploadedContent,
} from './stores/media-store.ts';
export type { OAuthItem, OAuthItemKind } from './stores/oauth-item-store.ts';
export type { UpstreamUser } from './stores/oauth-upstream-user-store.ts';
export type { StoredFallbackKey, StoredOneTimeKey } from './stores/one-time-key-store.ts';
export type { OutgoingMessage, OutgoingRoom } from './stores/outgoing-store.ts';
export type { StoredProfile } from './stores/profile-store.ts';
export { PURGED_AT_ONCE, type StoredSnapshot } from './stores/purged-events.ts';
export type { PendingPush, PusherKey, StoredPusher } from './stores/pusher-store.ts';
export type { MediaKey, QuarantineChange } from './stores/quarantine-store.ts';
export { receiptKey, type StoredReceipt } from './stores/receipt-store.ts';
export type { StagedEvent } from './stores/received-store.ts';
export type { RegistrationToken } from './stores/registration-token-store.ts';
export type { Rendezvous } from './stores/rendezvous-store.ts';
export type { NewReport, ReportFilter, ReportSubject, StoredReport } from './stores/report-store.ts';
export {
  type ListedRoom,
  ROOM_ORDERS,
  type RoomDetails,
  type RoomListFilter,
  type RoomOrder,
} from './stores/room-details-store.ts';
export type { MemberRow, Membership, PartialRoom, RoomOfUser, RoomRow } from './stores/room-store.ts';
export type { SearchHit } from './stores/search-store.ts';
export type { ServerKey, ServerKeyDocument } from './stores/server-key-store.ts';
export {
  blocksAfter,
  EMPTY_SNAPSHOT,
  entryKey,
  layerChange,
  NO_EVENT,
  type SnapshotBlocks,
  type StateEntry,
} from './stores/state-store.ts';
export type { PlacedInRoom } from './stores/sticky-event-store.ts';
export type { EmailPurpose, EmailValidation, ThirdPartyId } from './stores/third-party-id-store.ts';
export type { WaitingMessage } from './stores/to-device-store.ts';
export type { StoredRefreshToken, TokenOwner } from './stores/token-store.ts';
export type { TransactionKey } from './stores/transaction-store.ts';
export { type FoundUser, MOST_SEARCH_WORDS, type WordedEntry } from './stores/user-directory-store.ts';
export { type ListedUser, USER_ORDERS, type UserFilter, type UserOrder } from './stores/user-list-store.ts';
export type { UserRateLimit } from './stores/user-rate-limit-store.ts';
export type { NewUser, Restriction, StoredUser } from './stores/user-store.ts';
