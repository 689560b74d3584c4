import {
  ClientEvent,
  createClient,
  EventStatus,
  Filter,
  HttpApiEvent,
  type ICreateClientOpts,
  type MatrixClient,
  MatrixError,
  type MatrixEvent,
  PendingEventOrdering,
  type Room,
  SyncState,
} from 'matrix-js-sdk';
import type { Access, Session } from '../lib/homeserver/session.ts';
import type { CustomEmoji } from '../lib/markdown/to-matrix.ts';
import { type AccountActions, createAccountActions } from './account.ts';
import { AccountDataStore } from './account-data-store.ts';
import { type AdministrationActions, createAdministrationActions } from './administration.ts';
import { type Alert, watchAlerts } from './alerts.ts';
import { ChangeFeed } from './change-feed.ts';
import {
  type ChannelRuleActions,
  type ChannelRules,
  ChannelRulesStore,
  createChannelRuleActions,
} from './channel-rules.ts';
import { ChannelStore, MemberListStore, ProfileStore, TypingStore } from './channel-stores.ts';
import { type CommunityActions, createCommunityActions, waitForArrival } from './communities.ts';
import { ForumStore } from './forum-store.ts';
import { GuildListStore, GuildStore, type HomeSnapshot, HomeStore } from './guild-stores.ts';
import { listCustomEmoji, listStickers, type Sticker } from './image-packs.ts';
import { InboxStore } from './inbox-store.ts';
import { createMediaLoader, MediaCache } from './media.ts';
import { createMessageActions, type MessageActions } from './messages.ts';
import { NotificationKeeper } from './notification-keeper.ts';
import {
  type NotificationWishes,
  notificationsType,
  parseNotificationWishes,
} from './notification-levels.ts';
import { PeopleStore, PersonStore } from './people-stores.ts';
import { PinsStore } from './pins-store.ts';
import { PlacesStore } from './places.ts';
import { PollStore } from './poll-store.ts';
import { createPreviewActions, type PreviewActions } from './previews.ts';
import { type Privacy, PrivacyGuard, parsePrivacy, privacyType } from './privacy.ts';
import { quietGlobalLogger, quietLogger } from './quiet-logger.ts';
import { parseRail, type Rail, railType } from './rail.ts';
import { ReadReporter } from './read-reporter.ts';
import { resendHeldUp } from './resend-held-up.ts';
import { createSearchActions, type SearchActions } from './search.ts';
import { presumeAbilities, probeServer, type ServerAbilities } from './server-abilities.ts';
import { createSocialActions, type SocialActions } from './social.ts';
import { Cell, type Readable } from './store.ts';
import { ThreadStore } from './thread-store.ts';
import { TimelineStore } from './timeline-store.ts';
import type {
  ChannelDetails,
  Connection,
  GuildDetails,
  GuildSummary,
  Inbox,
  OwnProfile,
  People,
  PersonCard,
  Place,
  PollResult,
} from './types.ts';
import { type KeyValueStorage, UnsentStore } from './unsent-store.ts';
import { createWebPushActions, type WebPushActions } from './web-push.ts';
import { isHeldUp } from './writing.ts';

/** Everything that views may know and do. The Matrix SDK stays behind it. */
export interface Gateway {
  readonly userId: string;
  readonly connection: Readable<Connection>;
  /** What our server can do. */
  readonly server: Readable<ServerAbilities>;
  readonly profile: Readable<OwnProfile>;
  readonly guilds: Readable<readonly GuildSummary[]>;
  readonly home: Readable<HomeSnapshot>;
  /** Everywhere that one can go by name. */
  readonly places: Readable<readonly Place[]>;
  readonly inbox: Readable<Inbox>;
  readonly media: MediaCache;
  readonly messages: MessageActions;
  readonly communities: CommunityActions;
  readonly people: Readable<People>;
  readonly social: SocialActions;
  readonly account: AccountActions;
  readonly administration: AdministrationActions;
  readonly rules: ChannelRuleActions;
  /** What others learn of what we do, on all our devices. */
  readonly privacy: AccountDataStore<Privacy>;
  readonly search: SearchActions;
  readonly previews: PreviewActions;
  /** What we want to hear of, by guild, category and channel. */
  readonly notifications: AccountDataStore<NotificationWishes>;
  /** The order and the folders of the rail. */
  readonly rail: AccountDataStore<Rail>;
  readonly webPush: WebPushActions;
  /** Calls back for everything that is to be heard of; returns the function that ends it. */
  watchAlerts(handleAlert: (alert: Alert) => void): () => void;
  person(userId: string): Readable<PersonCard>;
  guild(guildId: string): Readable<GuildDetails | undefined>;
  channel(channelId: string): Readable<ChannelDetails | undefined>;
  /** Who may do what in a channel, for those who set it up. */
  channelRules(channelId: string): Readable<ChannelRules | undefined>;
  members(roomId: string): MemberListStore;
  /** The pictures that can be used as emoji in a channel now. */
  listCustomEmoji(channelId: string): readonly CustomEmoji[];
  /** The stickers that can be sent in a channel now. */
  listStickers(channelId: string): readonly Sticker[];
  typing(channelId: string): Readable<readonly string[]>;
  timeline(channelId: string): TimelineStore;
  thread(channelId: string, rootId: string): ThreadStore;
  pins(channelId: string): PinsStore;
  forum(channelId: string): ForumStore;
  poll(channelId: string, pollId: string): Readable<PollResult>;
  /** Tries to reach the server now instead of waiting for the next try. */
  reconnect(): void;
  /** Goes on with tokens that another tab of the same session has got. */
  adoptTokens(session: Session): void;
  /** Ends the work of this gateway; the session stays valid. */
  stop(): void;
}

/** How many events of each room the first sync brings. */
const initialEvents = 30;
/** How many events of a room a later sync may bring before it leaves a gap, which takes what is loaded off the screen. */
const laterEvents = 50;

export interface GatewayOptions {
  /** Keeps new tokens: those before count no longer. */
  readonly keepSession?: (session: Session) => void;
  /** Says `online` and `offline`, as a browser's window does. */
  readonly network?: EventTarget;
  /** Where messages that are on their way are kept for after a reload; nowhere unless it is given. */
  readonly storage?: KeyValueStorage;
  /** How requests are made; the platform's `fetch` unless it is given. */
  readonly fetch?: typeof fetch;
}

/** Starts the client of a session. Views can show what the gateway has as soon as its connection is `live`. */
export function startGateway(session: Session, options: GatewayOptions): Gateway {
  quietGlobalLogger();
  const client = createClient({
    baseUrl: session.baseUrl,
    ...(options.fetch && { fetchFn: options.fetch }),
    userId: session.userId,
    deviceId: session.deviceId,
    accessToken: session.accessToken,
    ...(session.oauth && renewTokens(session, session.oauth, options.keepSession)),
    ...(options.storage && { store: new UnsentStore(options.storage, session.userId) }),
    timelineSupport: true,
    disableVoip: true,
    logger: quietLogger,
  });
  leaveCallsOut(client);
  const readAccess = (): Access => ({
    baseUrl: session.baseUrl,
    accessToken: client.getAccessToken() ?? session.accessToken,
  });
  const server = new Cell(presumeAbilities(client));
  const feed = new ChangeFeed(client);
  const privacy = new AccountDataStore(client, feed, privacyType, parsePrivacy);
  const notifications = new AccountDataStore(client, feed, notificationsType, parseNotificationWishes);
  const keeper = new NotificationKeeper(client, feed, notifications);
  const guard = new PrivacyGuard(client, privacy, options.storage);
  const reads = new ReadReporter(client, () => guard.read().showsReading);
  const messages = createMessageActions(client);
  const endResending = resendHeldUp(client);
  const connection = watchConnection(client, options.network, () => {
    resendLost(client);
    reads.retryNow();
  });
  const threads = keepOne((key) => {
    const [channelId = '', rootId = ''] = key.split(' ');
    return new ThreadStore(client, feed, channelId, rootId);
  });
  const polls = keepOne((key) => {
    const [channelId = '', pollId = ''] = key.split(' ');
    return new PollStore(client, feed, channelId, pollId);
  });
  const filter = new Filter(session.userId);
  filter.setTimelineLimit(laterEvents);
  filter.setUnreadThreadNotifications(true);
  void client
    .startClient({
      filter,
      initialSyncLimit: initialEvents,
      lazyLoadMembers: true,
      pendingEventOrdering: PendingEventOrdering.Detached,
    })
    .then(() => {
      guard.start();
      keeper.start();
      probeServer(client).then(
        (abilities) => server.set(abilities),
        () => undefined,
      );
    });
  return {
    userId: session.userId,
    connection: connection.state,
    server,
    profile: new ProfileStore(client, feed),
    guilds: new GuildListStore(client, feed),
    home: new HomeStore(client, feed),
    places: new PlacesStore(client, feed),
    inbox: new InboxStore(client, feed),
    media: new MediaCache(createMediaLoader(readAccess, session.oauth && (() => client.whoami()))),
    messages: {
      ...messages,
      setTyping(channelId, isTyping) {
        if (guard.read().showsTyping) messages.setTyping(channelId, isTyping);
      },
    },
    account: createAccountActions(client),
    administration: createAdministrationActions(client),
    rules: createChannelRuleActions(client),
    privacy,
    notifications,
    rail: new AccountDataStore(client, feed, railType, parseRail),
    webPush: createWebPushActions(client),
    watchAlerts: (handleAlert) => watchAlerts(client, handleAlert),
    communities: createCommunityActions(client, readAccess),
    people: new PeopleStore(client, feed),
    social: createSocialActions(client, (roomId) => waitForArrival(client, roomId)),
    search: createSearchActions(client),
    previews: createPreviewActions(client),
    person: keepOne((userId) => new PersonStore(client, feed, userId)),
    guild: keepOne((guildId) => new GuildStore(client, feed, guildId)),
    channel: keepOne((channelId) => new ChannelStore(client, feed, channelId)),
    channelRules: keepOne((channelId) => new ChannelRulesStore(client, feed, channelId)),
    members: keepOne((roomId) => new MemberListStore(client, feed, roomId)),
    listCustomEmoji: (channelId) => listCustomEmoji(client, channelId),
    listStickers: (channelId) => listStickers(client, channelId),
    typing: keepOne((channelId) => new TypingStore(client, feed, channelId)),
    timeline: keepOne((channelId) => new TimelineStore(client, feed, reads, channelId)),
    thread: (channelId, rootId) => threads(`${channelId} ${rootId}`),
    poll: (channelId, pollId) => polls(`${channelId} ${pollId}`),
    pins: keepOne((channelId) => new PinsStore(client, feed, channelId)),
    forum: keepOne((channelId) => new ForumStore(client, feed, channelId)),
    reconnect: () => void client.retryImmediately(),
    adoptTokens({ accessToken, oauth }) {
      if (oauth) client.http.opts.refreshToken = oauth.refreshToken;
      client.setAccessToken(accessToken);
    },
    stop: () => {
      connection.stop();
      endResending();
      guard.stop();
      keeper.stop();
      reads.stop();
      client.stopClient();
    },
  };
}

/** Options of the SDK for a session whose access token is renewed from time to time. */
function renewTokens(
  session: Session,
  { clientId, refreshToken }: { readonly clientId: string; readonly refreshToken: string },
  keepSession: GatewayOptions['keepSession'],
): Pick<ICreateClientOpts, 'oauthClientId' | 'refreshToken' | 'onTokenRefresh'> {
  let newest = refreshToken;
  return {
    oauthClientId: clientId,
    refreshToken,
    onTokenRefresh(tokens) {
      newest = tokens.refreshToken ?? newest;
      keepSession?.({
        ...session,
        accessToken: tokens.accessToken,
        oauth: { clientId, refreshToken: newest },
      });
    },
  };
}

/** Nobody calls here yet: the SDK need not ask the server for call servers, nor watch every room for calls. */
function leaveCallsOut(client: MatrixClient): void {
  client._unstable_getRTCTransports = () => Promise.resolve([]);
  client.matrixRTC.start = () => undefined;
}

/** Makes each store once: views ask for them while they render. */
function keepOne<T>(create: (id: string) => T): (id: string) => T {
  const made = new Map<string, T>();
  return (id) => {
    const existing = made.get(id);
    if (existing) return existing;
    const created = create(id);
    made.set(id, created);
    return created;
  };
}

/** Follows the sync loop and what the browser says of the network; `handleReconnect` is called when the server is there (again). */
function watchConnection(
  client: MatrixClient,
  network: EventTarget | undefined,
  handleReconnect: () => void,
): {
  readonly state: Cell<Connection>;
  readonly stop: () => void;
} {
  const state = new Cell<Connection>({ phase: 'starting' });
  let hasSynced = false;
  const isOver = (): boolean => state.getSnapshot().phase === 'signed-out';
  const handleLost = (): void => {
    if (hasSynced && !isOver()) state.set({ phase: 'reconnecting' });
  };
  const handleBack = (): void => {
    if (state.getSnapshot().phase !== 'live') handleReconnect();
    state.set({ phase: 'live' });
  };
  const handleOnline = (): void => {
    client.retryImmediately();
    if (hasSynced && client.getSyncState() === SyncState.Syncing) handleBack();
  };
  client.on(ClientEvent.Sync, (syncState, _previous, data) => {
    if (syncState === SyncState.Prepared || syncState === SyncState.Syncing) {
      hasSynced = true;
      handleBack();
    } else if (syncState === SyncState.Error && !hasSynced && !isOver()) {
      state.set({ phase: 'failed', error: data?.error });
    } else if (syncState === SyncState.Reconnecting || syncState === SyncState.Error) {
      handleLost();
    }
  });
  client.on(HttpApiEvent.SessionLoggedOut, () => state.set({ phase: 'signed-out' }));
  network?.addEventListener('offline', handleLost);
  network?.addEventListener('online', handleOnline);
  const stop = (): void => {
    network?.removeEventListener('offline', handleLost);
    network?.removeEventListener('online', handleOnline);
  };
  return { state, stop };
}

/** Sends again what failed only because the server could not be reached. */
function resendLost(client: MatrixClient): void {
  for (const room of client.getRooms()) {
    for (const event of room.getPendingEvents()) {
      const refused =
        event.error instanceof MatrixError && event.error.httpStatus !== undefined && !isHeldUp(event);
      if (event.status !== EventStatus.NOT_SENT || refused) continue;
      // It did arrive; the page was left before the server could say so.
      if (hasArrived(room, event)) client.cancelPendingEvent(event);
      else client.resendEvent(event, room).catch(() => undefined);
    }
  }
}

function hasArrived(room: Room, pending: MatrixEvent): boolean {
  const id = pending.getTxnId();
  return room
    .getLiveTimeline()
    .getEvents()
    .some((event) => event !== pending && event.getUnsigned().transaction_id === id);
}
