import type { MatrixClient, Room, RoomMember } from 'matrix-js-sdk';
import { isSteward } from '../lib/identifiers.ts';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { listDirectRooms } from './directory.ts';
import { FeedStore } from './feed-store.ts';
import { readForumTags } from './forum.ts';
import {
  listPartners,
  readPermissions,
  readPerson,
  readPinnedIds,
  readPresence,
  readState,
  readTopic,
  slowModeType,
} from './read-room.ts';
import type { ChannelDetails, Member, MemberList, OwnProfile } from './types.ts';
import { readSlowMode, readWritingBar } from './writing.ts';

/** The power level of an owner: the highest ordinary one in guilds made here, and that of creators elsewhere. */
const ownerLevel = 100;
const moderatorLevel = 50;

/** Name, topic and permissions of a channel or conversation; undefined while we are not in it. */
export class ChannelStore extends FeedStore<ChannelDetails | undefined> {
  readonly #client: MatrixClient;
  readonly #channelId: string;

  constructor(client: MatrixClient, feed: ChangeFeed, channelId: string) {
    super(feed);
    this.#client = client;
    this.#channelId = channelId;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    const change = batch.rooms.get(this.#channelId);
    if (batch.account || change?.state || change?.members) return true;
    // With slow mode, what we said last counts.
    const room = this.#client.getRoom(this.#channelId);
    return Boolean(change?.events.size && room && readState(room, slowModeType));
  }

  protected override compute(): ChannelDetails | undefined {
    const room = this.#client.getRoom(this.#channelId);
    if (room?.getMyMembership() !== 'join') return undefined;
    const ownId = this.#client.getSafeUserId();
    const isDirect = listDirectRooms(this.#client).has(room.roomId);
    const [partnerId, ...others] = isDirect ? listPartners(room, ownId) : [];
    const partner = partnerId && others.length === 0 ? readPerson(room, partnerId) : undefined;
    return {
      channelId: room.roomId,
      name: partner?.name ?? room.name,
      topic: readTopic(room),
      kind: isDirect ? 'direct' : 'channel',
      partner,
      pinnedIds: readPinnedIds(room),
      forumTags: readForumTags(room),
      writingBar: readWritingBar(room, ownId),
      slowMode: readSlowMode(this.#client, room),
      permissions: readPermissions(room, ownId),
    };
  }
}

/** The people of a channel or guild, those who are there first. */
export class MemberListStore extends FeedStore<MemberList> {
  readonly #client: MatrixClient;
  readonly #roomId: string;
  #phase: MemberList['phase'] = 'loading';

  constructor(client: MatrixClient, feed: ChangeFeed, roomId: string) {
    super(feed);
    this.#client = client;
    this.#roomId = roomId;
  }

  protected override attach(): void {
    super.attach();
    void this.load();
  }

  /** Loads those whom sync left out, unless they are there; a failure can be tried again. */
  async load(): Promise<void> {
    const room = this.#client.getRoom(this.#roomId);
    if (room?.getMyMembership() !== 'join') return;
    if (this.#phase === 'failed') this.#show('loading');
    await room.loadMembersIfNeeded().then(
      () => this.#show('complete'),
      () => this.#show('failed'),
    );
  }

  #show(phase: MemberList['phase']): void {
    this.#phase = phase;
    this.refresh();
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    const change = batch.rooms.get(this.#roomId);
    if (change?.state && this.#phase === 'loading') void this.load();
    return batch.presence || Boolean(change?.members || change?.state);
  }

  protected override compute(): MemberList {
    const room = this.#client.getRoom(this.#roomId);
    const members = (room?.getJoinedMembers() ?? [])
      .filter((member) => !isSteward(member.userId))
      .map((member) => this.#readMember(room, member))
      .sort((a, b) => compareNames.compare(a.name, b.name));
    return {
      phase: this.#phase,
      present: members.filter((member) => member.presence !== 'offline'),
      absent: members.filter((member) => member.presence === 'offline'),
    };
  }

  #readMember(room: Room | null, member: RoomMember): Member {
    const level = member.powerLevel;
    return {
      ...readPerson(room, member.userId),
      level,
      presence: readPresence(this.#client, member.userId),
      status: this.#client.getUser(member.userId)?.presenceStatusMsg || undefined,
      rank: level >= ownerLevel ? 'owner' : level >= moderatorLevel ? 'moderator' : 'member',
    };
  }
}

const compareNames = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Who is typing in a channel, ourselves left out. */
export class TypingStore extends FeedStore<readonly string[]> {
  readonly #channelId: string;
  readonly #ownUserId: string;

  constructor(client: MatrixClient, feed: ChangeFeed, channelId: string) {
    super(feed);
    this.#channelId = channelId;
    this.#ownUserId = client.getSafeUserId();
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return batch.rooms.get(this.#channelId)?.typing === true;
  }

  protected override compute(): readonly string[] {
    return [...this.feed.listTyping(this.#channelId)]
      .filter(([userId]) => userId !== this.#ownUserId)
      .map(([, name]) => name);
  }
}

/** Our own name, picture and status. */
export class ProfileStore extends FeedStore<OwnProfile> {
  readonly #client: MatrixClient;

  constructor(client: MatrixClient, feed: ChangeFeed) {
    super(feed);
    this.#client = client;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    if (batch.presence) return true;
    for (const change of batch.rooms.values()) if (change.members) return true;
    return false;
  }

  protected override compute(): OwnProfile {
    const ownId = this.#client.getSafeUserId();
    const user = this.#client.getUser(ownId);
    const fallback = readPerson(null, ownId);
    return {
      userId: ownId,
      name: user?.displayName && user.displayName !== ownId ? user.displayName : fallback.name,
      avatarMxc: user?.avatarUrl,
      status: user?.presenceStatusMsg || undefined,
    };
  }
}
