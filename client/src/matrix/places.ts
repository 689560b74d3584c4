import type { MatrixClient } from 'matrix-js-sdk';
import { isSteward } from '../lib/identifiers.ts';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { buildChannelTree } from './channel-tree.ts';
import { createDirectory, sortJoinedRooms } from './directory.ts';
import { FeedStore } from './feed-store.ts';
import { changesRooms } from './guild-stores.ts';
import { listPartners, readAvatar, readPerson, readPresence, readUnread } from './read-room.ts';
import type { ChannelSummary, Place } from './types.ts';

/** A channel of a guild and where it stands there. */
export interface PlacedChannel extends ChannelSummary {
  readonly guildId: string;
  readonly guildName: string;
  readonly category: string | undefined;
}

/** The channels of all guilds that we are in, in the order in which they are seen. */
export function listGuildChannels(client: MatrixClient): readonly PlacedChannel[] {
  const directory = createDirectory(client, new Map());
  return sortJoinedRooms(client).guilds.flatMap((guild) => {
    const tree = buildChannelTree(guild.roomId, directory);
    const place = (channel: ChannelSummary, category?: string): PlacedChannel => ({
      ...channel,
      guildId: guild.roomId,
      guildName: guild.name,
      category,
    });
    return [
      ...tree.channels.map((channel) => place(channel)),
      ...tree.categories.flatMap(({ name, channels }) => channels.map((channel) => place(channel, name))),
    ];
  });
}

/** Everywhere that somebody may want to go: guilds, channels, conversations and people. */
export class PlacesStore extends FeedStore<readonly Place[]> {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient, feed: ChangeFeed) {
    super(feed);
    this.#client = client;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return batch.presence || changesRooms(batch);
  }

  protected override compute(): readonly Place[] {
    const rooms = sortJoinedRooms(this.#client);
    const guilds = rooms.guilds.map((room): Place => {
      return { kind: 'guild', id: room.roomId, name: room.name, avatarMxc: readAvatar(room), ...nothingNew };
    });
    const channels = listGuildChannels(this.#client).map((channel): Place => {
      const { channelId, name, guildId, guildName, category, unread, mentions } = channel;
      return { kind: 'channel', id: channelId, name, guildId, guildName, category, unread, mentions };
    });
    const loose = rooms.loose.map((room): Place => {
      const where = { guildId: undefined, guildName: undefined, category: undefined };
      return {
        kind: 'channel',
        id: room.roomId,
        name: room.name,
        ...where,
        ...readUnread(this.#client, room),
      };
    });
    return [...this.#listPeople(), ...channels, ...loose, ...guilds];
  }

  /** Conversations first, as they are sorted, then everybody else whom we know. */
  #listPeople(): readonly Place[] {
    const ownId = this.#client.getSafeUserId();
    const spokenTo = new Set<string>();
    const directs = sortJoinedRooms(this.#client).directs.map((room): Place => {
      const [partnerId, ...others] = listPartners(room, ownId);
      const partner =
        partnerId !== undefined && others.length === 0 ? readPerson(room, partnerId) : undefined;
      if (partner) spokenTo.add(partner.userId);
      return {
        kind: 'person',
        id: room.roomId,
        channelId: room.roomId,
        userId: partner?.userId,
        name: partner?.name ?? room.name,
        avatarMxc: partner?.avatarMxc,
        presence: partner ? readPresence(this.#client, partner.userId) : 'offline',
        ...readUnread(this.#client, room),
      };
    });
    const others = this.#client.getUsers().flatMap(({ userId, displayName, avatarUrl }): readonly Place[] => {
      if (userId === ownId || isSteward(userId) || spokenTo.has(userId)) return [];
      const name = displayName && displayName !== userId ? displayName : readPerson(null, userId).name;
      const presence = readPresence(this.#client, userId);
      const person = { userId, name, avatarMxc: avatarUrl, presence, channelId: undefined };
      return [{ kind: 'person', id: userId, ...person, ...nothingNew }];
    });
    return [...directs, ...others];
  }
}

const nothingNew = { unread: false, mentions: 0 } as const;
