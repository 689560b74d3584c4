import type { MatrixClient, Room } from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { buildChannelTree, listChannels } from './channel-tree.ts';
import {
  createDirectory,
  fetchUnjoinedRooms,
  listDirectRooms,
  sortJoinedRooms,
  type UnjoinedRooms,
} from './directory.ts';
import { FeedStore } from './feed-store.ts';
import { readForumTags } from './forum.ts';
import { buildSpaceLink, isKeptByServer } from './plain-spaces.ts';
import {
  buildStewardId,
  countPeople,
  listPartners,
  readAvatar,
  readPermissions,
  readPerson,
  readPresence,
  readSpaceChildren,
  readTopic,
  readUnread,
} from './read-room.ts';
import type {
  ChannelSummary,
  DirectSummary,
  GuildDetails,
  GuildSummary,
  PendingInvite,
  Unread,
} from './types.ts';
import { rollUpUnread } from './unread.ts';

const nothingListed: UnjoinedRooms = new Map();

/** Whether a batch may change which rooms there are, or what is new in them. */
export function changesRooms(batch: ChangeBatch): boolean {
  if (batch.account) return true;
  for (const change of batch.rooms.values())
    if (change.state || change.timeline || change.members) return true;
  return false;
}

/** The guild rail: every guild with what is new in it. */
export class GuildListStore extends FeedStore<readonly GuildSummary[]> {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient, feed: ChangeFeed) {
    super(feed);
    this.#client = client;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return changesRooms(batch);
  }

  protected override compute(): readonly GuildSummary[] {
    const directory = createDirectory(this.#client, nothingListed);
    return sortJoinedRooms(this.#client).guilds.map((room) => ({
      guildId: room.roomId,
      name: room.name,
      avatarMxc: readAvatar(room),
      ...rollUpUnread(listChannels(buildChannelTree(room.roomId, directory))),
    }));
  }
}

/** What the home button leads to: conversations, loose channels and invitations. */
export interface HomeSnapshot {
  readonly directs: readonly DirectSummary[];
  readonly channels: readonly ChannelSummary[];
  readonly invites: readonly PendingInvite[];
  readonly total: Unread;
}

export class HomeStore extends FeedStore<HomeSnapshot> {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient, feed: ChangeFeed) {
    super(feed);
    this.#client = client;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return batch.presence || changesRooms(batch);
  }

  protected override compute(): HomeSnapshot {
    const rooms = sortJoinedRooms(this.#client);
    const directs = rooms.directs.map((room) => this.#summarizeDirect(room));
    const channels = rooms.loose.map((room) => ({
      channelId: room.roomId,
      name: room.name,
      joined: true,
      isForum: readForumTags(room) !== undefined,
      ...readUnread(this.#client, room),
    }));
    const invites = listInvites(this.#client);
    const waiting = { unread: invites.length > 0, mentions: invites.length };
    return { directs, channels, invites, total: rollUpUnread([...directs, ...channels, waiting]) };
  }

  #summarizeDirect(room: Room): DirectSummary {
    const ownId = this.#client.getSafeUserId();
    const [partnerId, ...others] = listPartners(room, ownId);
    const partner = partnerId && others.length === 0 ? readPerson(room, partnerId) : undefined;
    const { unread, mentions } = readUnread(this.#client, room);
    return {
      channelId: room.roomId,
      name: partner?.name ?? room.name,
      partner,
      presence: partner ? readPresence(this.#client, partner.userId) : 'offline',
      unread,
      // Everything that is said in a conversation is meant for us.
      mentions: Math.max(mentions, unread ? 1 : 0),
    };
  }
}

function listInvites(client: MatrixClient): readonly PendingInvite[] {
  const ownId = client.getSafeUserId();
  const direct = listDirectRooms(client);
  return client
    .getRooms()
    .filter((room) => room.getMyMembership() === 'invite')
    .map((room) => {
      const member = room.getMember(ownId);
      const inviterId = member?.events.member?.getSender();
      const isDirect = direct.has(room.roomId) || Boolean(member?.getDMInviter());
      return {
        roomId: room.roomId,
        name: room.name,
        avatarMxc: readAvatar(room),
        kind: room.isSpaceRoom() ? 'guild' : isDirect ? 'direct' : 'channel',
        inviter: inviterId ? readPerson(room, inviterId) : undefined,
      };
    });
}

/** One guild with its channels; undefined while we are not in it. */
export class GuildStore extends FeedStore<GuildDetails | undefined> {
  readonly #client: MatrixClient;
  readonly #guildId: string;
  #unjoined: UnjoinedRooms = nothingListed;

  constructor(client: MatrixClient, feed: ChangeFeed, guildId: string) {
    super(feed);
    this.#client = client;
    this.#guildId = guildId;
  }

  protected override attach(): void {
    super.attach();
    void this.#findUnjoined();
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    if (batch.rooms.get(this.#guildId)?.state) void this.#findUnjoined();
    return changesRooms(batch);
  }

  protected override compute(): GuildDetails | undefined {
    const room = this.#client.getRoom(this.#guildId);
    if (room?.getMyMembership() !== 'join') return undefined;
    const ownId = this.#client.getSafeUserId();
    return {
      guildId: room.roomId,
      name: room.name,
      topic: readTopic(room),
      avatarMxc: readAvatar(room),
      plain: isKeptByServer(this.#client, room.roomId)
        ? undefined
        : { link: buildSpaceLink(this.#client, room), isOpen: room.getJoinRule() === 'public' },
      memberCount: countPeople(room, buildStewardId(ownId)),
      permissions: readPermissions(room, ownId),
      tree: buildChannelTree(room.roomId, createDirectory(this.#client, this.#unjoined)),
    };
  }

  /** Learns of channels that we are not in; the guild is complete without them, so a failure changes nothing. */
  async #findUnjoined(): Promise<void> {
    if (!this.#pointsBeyondJoined()) return;
    try {
      this.#unjoined = await fetchUnjoinedRooms(this.#client, this.#guildId);
      this.refresh();
    } catch {
      this.#unjoined = nothingListed;
    }
  }

  #pointsBeyondJoined(): boolean {
    const guild = this.#client.getRoom(this.#guildId);
    if (guild?.getMyMembership() !== 'join') return false;
    const isJoined = (roomId: string): boolean => this.#client.getRoom(roomId)?.getMyMembership() === 'join';
    return readSpaceChildren(guild).some(({ roomId }) => {
      const child = this.#client.getRoom(roomId);
      if (!child || !isJoined(roomId)) return true;
      return child.isSpaceRoom() && readSpaceChildren(child).some((inner) => !isJoined(inner.roomId));
    });
  }
}
