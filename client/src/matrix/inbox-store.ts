import { type IEvent, type MatrixClient, MatrixEvent, Method, type Room } from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { sortJoinedRooms } from './directory.ts';
import { FeedStore } from './feed-store.ts';
import { changesRooms } from './guild-stores.ts';
import { listGuildChannels, type PlacedChannel } from './places.ts';
import { excerptEvent } from './read-message.ts';
import { isMessageEvent, mentionsUser, readJoinTime, readPerson, readUnread } from './read-room.ts';
import type { Inbox, InboxChannel, InboxMessage } from './types.ts';

/** How many of the newest loaded events of a channel are looked at. */
const depth = 100;
const mostMentions = 50;
/** How many of the newest unread messages of a channel are shown. */
const mostShown = 3;

/** A page of what the server pushed to us (Matrix 1.19, `GET /notifications`). */
interface NotificationPage {
  readonly notifications: readonly {
    readonly room_id: string;
    readonly event: Partial<IEvent> & { readonly event_id: string };
    readonly read: boolean;
  }[];
}

/** What called us, and whether it had been read when we heard of it. */
interface Mention {
  readonly event: MatrixEvent;
  readonly wasRead: boolean;
}

/** Where there is something new, as far as it is loaded, and what was said to us, which the server remembers as well. */
export class InboxStore extends FeedStore<Inbox> {
  readonly #client: MatrixClient;
  /**
   * What called us, by event ID. Once seen it is kept, as a gap in sync takes what lies before it out of the loaded
   * messages of its channel.
   */
  #mentions = new Map<string, Mention>();

  constructor(client: MatrixClient, feed: ChangeFeed) {
    super(feed);
    this.#client = client;
  }

  protected override attach(): void {
    super.attach();
    // Without an answer there is still what is loaded; the next look asks again.
    this.#fetchMentions().catch(() => undefined);
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return changesRooms(batch);
  }

  protected override compute(): Inbox {
    const placed = new Map(listGuildChannels(this.#client).map((channel) => [channel.channelId, channel]));
    const { directs } = sortJoinedRooms(this.#client);
    const isDirect = new Set(directs);
    const rooms = this.#client
      .getRooms()
      .filter((room) => room.getMyMembership() === 'join' && !room.isSpaceRoom());
    const channels = rooms.map((room) =>
      this.#readChannel(room, placed.get(room.roomId), isDirect.has(room)),
    );
    return {
      mentions: this.#readMentions(new Map(channels.map(({ channel }) => [channel.channelId, channel]))),
      unread: channels
        .filter(({ channel }) => channel.unread)
        .sort((a, b) => b.newest - a.newest)
        .map(({ channel, news }) => ({ ...channel, news })),
    };
  }

  async #fetchMentions(): Promise<void> {
    const query = { only: 'highlight', limit: String(mostMentions) };
    const path = '/notifications';
    const page = await this.#client.http.authedRequest<NotificationPage>(Method.Get, path, query);
    for (const { room_id, event, read } of page.notifications)
      this.#remember(new MatrixEvent({ ...event, room_id }), read);
    this.refresh();
  }

  #remember(event: MatrixEvent, wasRead: boolean): void {
    const eventId = event.getId() ?? '';
    if (!this.#mentions.has(eventId)) this.#mentions.set(eventId, { event, wasRead });
  }

  #readMentions(channels: ReadonlyMap<string, InboxChannel>): Inbox['mentions'] {
    const newestFirst = [...this.#mentions].sort(([, a], [, b]) => b.event.getTs() - a.event.getTs());
    this.#mentions = new Map(newestFirst.slice(0, mostMentions));
    const blocked = new Set(this.#client.getIgnoredUsers());
    return [...this.#mentions].flatMap(([eventId, mention]) => {
      const roomId = mention.event.getRoomId() ?? '';
      const channel = channels.get(roomId);
      const room = this.#client.getRoom(roomId);
      if (!channel || !room || blocked.has(mention.event.getSender() ?? '')) return [];
      const loaded = room.findEventById(eventId);
      const event = loaded ?? mention.event;
      if (event.isRedacted()) return [];
      const isNew = loaded ? this.#isNew(room, loaded) : !mention.wasRead && channel.mentions > 0;
      return { ...readMessage(room, event), isNew, channel };
    });
  }

  #readChannel(room: Room, placed: PlacedChannel | undefined, isDirect: boolean) {
    const ownId = this.#client.getSafeUserId();
    const silent = new Set([ownId, ...this.#client.getIgnoredUsers()]);
    const channel: InboxChannel = {
      channelId: room.roomId,
      name: room.name,
      guildId: placed?.guildId,
      guildName: placed?.guildName,
      isDirect,
      ...readUnread(this.#client, room),
    };
    const others = room
      .getLiveTimeline()
      .getEvents()
      .slice(-depth)
      .filter(
        (event) => isMessageEvent(event) && !event.isRedacted() && !silent.has(event.getSender() ?? ''),
      );
    for (const event of others) if (mentionsUser(event, ownId)) this.#remember(event, false);
    const news = others.filter((event) => this.#isNew(room, event)).slice(-mostShown);
    return {
      channel,
      newest: room.getLastActiveTimestamp(),
      news: news.map((event) => ({ ...readMessage(room, event), isNew: true })),
    };
  }

  #isNew(room: Room, event: MatrixEvent): boolean {
    const ownId = this.#client.getSafeUserId();
    return event.getTs() >= readJoinTime(room, ownId) && !room.hasUserReadEvent(ownId, event.getId() ?? '');
  }
}

function readMessage(room: Room, event: MatrixEvent): Omit<InboxMessage, 'isNew'> {
  return {
    eventId: event.getId() ?? '',
    author: readPerson(room, event.getSender() ?? ''),
    excerpt: excerptEvent(event),
    timestamp: event.getTs(),
  };
}
