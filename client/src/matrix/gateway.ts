import {
  ClientEvent,
  createClient,
  EventStatus,
  HttpApiEvent,
  type MatrixClient,
  MatrixError,
  PendingEventOrdering,
  SyncState,
} from 'matrix-js-sdk';
import type { Session } from '../lib/homeserver/session.ts';
import { ChangeFeed } from './change-feed.ts';
import { ChannelStore, MemberListStore, ProfileStore, TypingStore } from './channel-stores.ts';
import { type CommunityActions, createCommunityActions } from './communities.ts';
import { GuildListStore, GuildStore, type HomeSnapshot, HomeStore } from './guild-stores.ts';
import { createMediaLoader, MediaCache } from './media.ts';
import { createMessageActions, type MessageActions } from './messages.ts';
import { quietLogger } from './quiet-logger.ts';
import { Cell, type Readable } from './store.ts';
import { TimelineStore } from './timeline-store.ts';
import type { ChannelDetails, Connection, GuildDetails, GuildSummary, MemberList, Person } from './types.ts';

/** Everything that views may know and do. The Matrix SDK stays behind it. */
export interface Gateway {
  readonly userId: string;
  readonly connection: Readable<Connection>;
  readonly profile: Readable<Person>;
  readonly guilds: Readable<readonly GuildSummary[]>;
  readonly home: Readable<HomeSnapshot>;
  readonly media: MediaCache;
  readonly messages: MessageActions;
  readonly communities: CommunityActions;
  guild(guildId: string): Readable<GuildDetails | undefined>;
  channel(channelId: string): Readable<ChannelDetails | undefined>;
  members(roomId: string): Readable<MemberList>;
  typing(channelId: string): Readable<readonly string[]>;
  timeline(channelId: string): TimelineStore;
  /** Tries to reach the server now instead of waiting for the next try. */
  reconnect(): void;
  /** Ends the work of this gateway; the session stays valid. */
  stop(): void;
}

/** How many events of each room the first sync brings. */
const initialEvents = 30;

/** Starts the client of a session. Views can show what the gateway has as soon as its connection is `live`. */
export function startGateway(session: Session): Gateway {
  const client = createClient({
    baseUrl: window.location.origin,
    userId: session.userId,
    deviceId: session.deviceId,
    accessToken: session.accessToken,
    timelineSupport: true,
    logger: quietLogger,
  });
  const feed = new ChangeFeed(client);
  const connection = watchConnection(client);
  void client.startClient({
    initialSyncLimit: initialEvents,
    lazyLoadMembers: true,
    pendingEventOrdering: PendingEventOrdering.Detached,
  });
  return {
    userId: session.userId,
    connection,
    profile: new ProfileStore(client, feed),
    guilds: new GuildListStore(client, feed),
    home: new HomeStore(client, feed),
    media: new MediaCache(createMediaLoader(session)),
    messages: createMessageActions(client),
    communities: createCommunityActions(client, session),
    guild: keepOne((guildId) => new GuildStore(client, feed, guildId)),
    channel: keepOne((channelId) => new ChannelStore(client, feed, channelId)),
    members: keepOne((roomId) => new MemberListStore(client, feed, roomId)),
    typing: keepOne((channelId) => new TypingStore(client, feed, channelId)),
    timeline: keepOne((channelId) => new TimelineStore(client, feed, channelId)),
    reconnect: () => void client.retryImmediately(),
    stop: () => client.stopClient(),
  };
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

function watchConnection(client: MatrixClient): Readable<Connection> {
  const connection = new Cell<Connection>({ phase: 'starting' });
  let hasSynced = false;
  client.on(ClientEvent.Sync, (state, _previous, data) => {
    if (state === SyncState.Prepared || state === SyncState.Syncing) {
      hasSynced = true;
      if (connection.getSnapshot().phase === 'reconnecting') resendLost(client);
      connection.set({ phase: 'live' });
    } else if (state === SyncState.Error && !hasSynced) {
      connection.set({ phase: 'failed', error: data?.error });
    } else if (state === SyncState.Reconnecting || state === SyncState.Error) {
      if (connection.getSnapshot().phase !== 'signed-out')
        connection.set({ phase: hasSynced ? 'reconnecting' : 'starting' });
    }
  });
  client.on(HttpApiEvent.SessionLoggedOut, () => connection.set({ phase: 'signed-out' }));
  return connection;
}

/** Sends again what failed only because the server could not be reached. */
function resendLost(client: MatrixClient): void {
  for (const room of client.getRooms()) {
    for (const event of room.getPendingEvents()) {
      const refused = event.error instanceof MatrixError && event.error.httpStatus !== undefined;
      if (event.status !== EventStatus.NOT_SENT || refused) continue;
      client.resendEvent(event, room).catch(() => undefined);
    }
  }
}
