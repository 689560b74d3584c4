import type { MatrixClient, MatrixEvent, Room } from 'matrix-js-sdk';
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

/** What was said to us, and where there is something new, as far as it is loaded. */
export class InboxStore extends FeedStore<Inbox> {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient, feed: ChangeFeed) {
    super(feed);
    this.#client = client;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return changesRooms(batch);
  }

  protected override compute(): Inbox {
    const placed = new Map(listGuildChannels(this.#client).map((channel) => [channel.channelId, channel]));
    const { directs } = sortJoinedRooms(this.#client);
    const isDirect = new Set(directs);
    const channels = this.#client
      .getRooms()
      .filter((room) => room.getMyMembership() === 'join' && !room.isSpaceRoom())
      .map((room) => this.#readChannel(room, placed.get(room.roomId), isDirect.has(room)));
    const newestFirst = (a: { newest: number }, b: { newest: number }): number => b.newest - a.newest;
    return {
      mentions: channels
        .flatMap(({ channel, mentions }) => mentions.map((message) => ({ ...message, channel })))
        .sort((a, b) => b.timestamp - a.timestamp)
        .slice(0, mostMentions),
      unread: channels
        .filter(({ channel }) => channel.unread)
        .sort(newestFirst)
        .map(({ channel, news }) => ({ ...channel, news })),
    };
  }

  #readChannel(room: Room, placed: PlacedChannel | undefined, isDirect: boolean) {
    const ownId = this.#client.getSafeUserId();
    const silent = new Set([ownId, ...this.#client.getIgnoredUsers()]);
    const joinedAt = readJoinTime(room, ownId);
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
      .filter((event) => isMessageEvent(event) && !event.isRedacted() && !silent.has(event.getSender() ?? ''))
      .map((event) => readMessage(room, event, ownId, joinedAt));
    return {
      channel,
      newest: room.getLastActiveTimestamp(),
      mentions: others.filter(({ mentionsMe }) => mentionsMe),
      news: others.filter(({ isNew }) => isNew).slice(-mostShown),
    };
  }
}

function readMessage(room: Room, event: MatrixEvent, ownId: string, joinedAt: number): InboxMessage {
  const eventId = event.getId() ?? '';
  return {
    eventId,
    author: readPerson(room, event.getSender() ?? ''),
    excerpt: excerptEvent(event),
    timestamp: event.getTs(),
    mentionsMe: mentionsUser(event, ownId),
    isNew: event.getTs() >= joinedAt && !room.hasUserReadEvent(ownId, eventId),
  };
}
