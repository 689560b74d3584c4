import type { Database } from './database/database.ts';
import { type DatabaseOptions, openDatabase } from './database/open-database.ts';
import { AccountDataStore } from './stores/account-data-store.ts';
import { AppServiceStore } from './stores/app-service-store.ts';
import { AuthHeightStore } from './stores/auth-height-store.ts';
import { AuthStageStore } from './stores/auth-stage-store.ts';
import { BlockedRoomStore } from './stores/blocked-room-store.ts';
import { CallMemberStore } from './stores/call-member-store.ts';
import { CrossSigningStore } from './stores/cross-signing-store.ts';
import { DelayedEventStore } from './stores/delayed-event-store.ts';
import { DestinationStore } from './stores/destination-store.ts';
import { DeviceKeyStore } from './stores/device-key-store.ts';
import { DeviceListStore } from './stores/device-list-store.ts';
import { DeviceStore } from './stores/device-store.ts';
import { EventStore } from './stores/event-store.ts';
import { FilterStore } from './stores/filter-store.ts';
import { GuildInviteStore } from './stores/guild-invite-store.ts';
import { HistoryGapStore } from './stores/history-gap-store.ts';
import { HistoryPurgeStore } from './stores/history-purge-store.ts';
import { JobStore } from './stores/job-store.ts';
import { KeyBackupStore } from './stores/key-backup-store.ts';
import { LogReaderStore } from './stores/log-reader-store.ts';
import { LogStore } from './stores/log-store.ts';
import { MailPauseStore } from './stores/mail-pause-store.ts';
import { MediaListStore } from './stores/media-list-store.ts';
import { MediaRemovalStore } from './stores/media-removal-store.ts';
import { MediaStore } from './stores/media-store.ts';
import { MetaStore } from './stores/meta-store.ts';
import { NoticeRoomStore } from './stores/notice-room-store.ts';
import { OAuthClientStore } from './stores/oauth-client-store.ts';
import { OAuthItemStore } from './stores/oauth-item-store.ts';
import { UpstreamUserStore } from './stores/oauth-upstream-user-store.ts';
import { OneTimeKeyStore } from './stores/one-time-key-store.ts';
import { OutgoingStore } from './stores/outgoing-store.ts';
import { ProfileStore } from './stores/profile-store.ts';
import { PusherStore } from './stores/pusher-store.ts';
import { QuarantineStore } from './stores/quarantine-store.ts';
import { ReceiptStore } from './stores/receipt-store.ts';
import { ReceivedStore } from './stores/received-store.ts';
import { RegistrationTokenStore } from './stores/registration-token-store.ts';
import { RelationStore } from './stores/relation-store.ts';
import { RemoteKeyStore } from './stores/remote-key-store.ts';
import { RendezvousStore } from './stores/rendezvous-store.ts';
import { ReportStore } from './stores/report-store.ts';
import { RoomDetailsStore } from './stores/room-details-store.ts';
import { RoomPurgeStore } from './stores/room-purge-store.ts';
import { RoomStore } from './stores/room-store.ts';
import { SearchStore } from './stores/search-store.ts';
import { ServerKeyStore } from './stores/server-key-store.ts';
import { ShortTokenStore } from './stores/short-token-store.ts';
import { SigningKeyStore } from './stores/signing-key-store.ts';
import { SlowModeStore } from './stores/slow-mode-store.ts';
import { StateStore } from './stores/state-store.ts';
import { StickyEventStore } from './stores/sticky-event-store.ts';
import { StringStore } from './stores/string-store.ts';
import { ThirdPartyIdStore } from './stores/third-party-id-store.ts';
import { ToDeviceStore } from './stores/to-device-store.ts';
import { TokenStore } from './stores/token-store.ts';
import { TransactionStore } from './stores/transaction-store.ts';
import { UrlPreviewStore } from './stores/url-preview-store.ts';
import { UserDirectoryStore } from './stores/user-directory-store.ts';
import { UserListStore } from './stores/user-list-store.ts';
import { UserRateLimitStore } from './stores/user-rate-limit-store.ts';
import { UserStore } from './stores/user-store.ts';
import { WaitingStore } from './stores/waiting-store.ts';

/** Everything that is stored: one store for each thing, over one database. */
export interface Storage {
  readonly database: Database;
  readonly meta: MetaStore;
  readonly signingKeys: SigningKeyStore;
  readonly serverKeys: ServerKeyStore;
  readonly destinations: DestinationStore;
  readonly slowMode: SlowModeStore;
  readonly stickyEvents: StickyEventStore;
  readonly strings: StringStore;
  readonly log: LogStore;
  readonly logReaders: LogReaderStore;
  readonly events: EventStore;
  readonly authHeights: AuthHeightStore;
  readonly historyGaps: HistoryGapStore;
  readonly waiting: WaitingStore;
  readonly relations: RelationStore;
  readonly rooms: RoomStore;
  readonly states: StateStore;
  readonly transactions: TransactionStore;
  readonly guildInvites: GuildInviteStore;
  readonly users: UserStore;
  readonly userLists: UserListStore;
  readonly registrationTokens: RegistrationTokenStore;
  readonly devices: DeviceStore;
  readonly tokens: TokenStore;
  readonly shortTokens: ShortTokenStore;
  readonly authStages: AuthStageStore;
  readonly oauthClients: OAuthClientStore;
  readonly oauthItems: OAuthItemStore;
  readonly upstreamUsers: UpstreamUserStore;
  readonly rendezvous: RendezvousStore;
  readonly thirdPartyIds: ThirdPartyIdStore;
  readonly userDirectory: UserDirectoryStore;
  readonly profiles: ProfileStore;
  readonly accountData: AccountDataStore;
  readonly filters: FilterStore;
  readonly receipts: ReceiptStore;
  readonly received: ReceivedStore;
  readonly search: SearchStore;
  readonly media: MediaStore;
  readonly mediaLists: MediaListStore;
  readonly mediaRemoval: MediaRemovalStore;
  readonly quarantine: QuarantineStore;
  readonly deviceKeys: DeviceKeyStore;
  readonly oneTimeKeys: OneTimeKeyStore;
  readonly crossSigning: CrossSigningStore;
  readonly deviceLists: DeviceListStore;
  readonly keyBackups: KeyBackupStore;
  readonly toDevice: ToDeviceStore;
  readonly jobs: JobStore;
  readonly delayedEvents: DelayedEventStore;
  readonly callMembers: CallMemberStore;
  readonly pushers: PusherStore;
  readonly outgoing: OutgoingStore;
  readonly remoteKeys: RemoteKeyStore;
  readonly reports: ReportStore;
  readonly urlPreviews: UrlPreviewStore;
  readonly appServices: AppServiceStore;
  readonly blockedRooms: BlockedRoomStore;
  readonly roomPurge: RoomPurgeStore;
  readonly historyPurge: HistoryPurgeStore;
  readonly roomDetails: RoomDetailsStore;
  readonly noticeRooms: NoticeRoomStore;
  readonly mailPauses: MailPauseStore;
  readonly userRateLimits: UserRateLimitStore;
}

/** Opens the database and the stores over it. */
export async function openStorage(options: DatabaseOptions): Promise<Storage> {
  const database = await openDatabase(options);
  const strings = new StringStore(database);
  const states = new StateStore(database);
  return {
    database,
    meta: new MetaStore(database),
    signingKeys: new SigningKeyStore(database),
    serverKeys: new ServerKeyStore(database),
    destinations: new DestinationStore(database),
    slowMode: new SlowModeStore(database),
    stickyEvents: new StickyEventStore(database),
    strings,
    log: new LogStore(database),
    logReaders: new LogReaderStore(database),
    events: new EventStore(database),
    authHeights: new AuthHeightStore(database),
    historyGaps: new HistoryGapStore(database),
    waiting: new WaitingStore(database),
    relations: new RelationStore(database),
    rooms: new RoomStore(database),
    states,
    transactions: new TransactionStore(database),
    guildInvites: new GuildInviteStore(database),
    users: new UserStore(database),
    userLists: new UserListStore(database),
    registrationTokens: new RegistrationTokenStore(database),
    devices: new DeviceStore(database),
    tokens: new TokenStore(database),
    shortTokens: new ShortTokenStore(database),
    authStages: new AuthStageStore(database),
    oauthClients: new OAuthClientStore(database),
    oauthItems: new OAuthItemStore(database),
    upstreamUsers: new UpstreamUserStore(database),
    rendezvous: new RendezvousStore(database),
    thirdPartyIds: new ThirdPartyIdStore(database),
    userDirectory: new UserDirectoryStore(database),
    profiles: new ProfileStore(database),
    accountData: new AccountDataStore(database),
    filters: new FilterStore(database),
    receipts: new ReceiptStore(database),
    received: new ReceivedStore(database),
    search: new SearchStore(database),
    media: new MediaStore(database),
    mediaLists: new MediaListStore(database),
    mediaRemoval: new MediaRemovalStore(database),
    quarantine: new QuarantineStore(database),
    deviceKeys: new DeviceKeyStore(database),
    oneTimeKeys: new OneTimeKeyStore(database),
    crossSigning: new CrossSigningStore(database),
    deviceLists: new DeviceListStore(database),
    keyBackups: new KeyBackupStore(database),
    toDevice: new ToDeviceStore(database),
    jobs: new JobStore(database),
    delayedEvents: new DelayedEventStore(database),
    callMembers: new CallMemberStore(database),
    pushers: new PusherStore(database),
    outgoing: new OutgoingStore(database),
    remoteKeys: new RemoteKeyStore(database),
    reports: new ReportStore(database),
    urlPreviews: new UrlPreviewStore(database),
    appServices: new AppServiceStore(database),
    blockedRooms: new BlockedRoomStore(database),
    roomPurge: new RoomPurgeStore(database, states),
    historyPurge: new HistoryPurgeStore(database, states),
    roomDetails: new RoomDetailsStore(database),
    noticeRooms: new NoticeRoomStore(database),
    mailPauses: new MailPauseStore(database),
    userRateLimits: new UserRateLimitStore(database),
  };
}
