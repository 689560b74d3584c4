import { EventType, type MatrixClient, type Room } from 'matrix-js-sdk';
import { asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { type LevelName, readLevel, withLevel } from './channel-levels.ts';
import { FeedStore } from './feed-store.ts';
import { isKeptByServer } from './plain-spaces.ts';
import { readSpaceChildren, readState } from './read-room.ts';

/** Who may come into a channel: members of its guild, those who were invited, or anybody who finds it. */
export type ChannelAccess = 'guild' | 'invited' | 'anybody';

/** Who may read what was said (Matrix 1.19, "Room history visibility"). */
export type HistoryAccess = 'world_readable' | 'shared' | 'invited' | 'joined';

/** What of a channel's rules somebody may change; its place where our server keeps the guild. */
type Changeable = 'access' | 'history' | 'levels' | 'address' | 'place';

/** What holds in a channel, and what of it we may change. */
export interface ChannelRules {
  /** Undefined for a rule that this client does not know. */
  readonly access: ChannelAccess | undefined;
  readonly history: HistoryAccess;
  /** Name of the action to the power level that it takes. */
  readonly levels: Readonly<Record<LevelName, number>>;
  /** What it is called in addresses, with `#` and server. */
  readonly address: string | undefined;
  /** The guild that it stands in, itself or in a category. */
  readonly guildId: string | undefined;
  readonly mayChange: Readonly<Record<Changeable, boolean>>;
}

/** What those who run a channel change. Every function rejects when the server refuses. */
export interface ChannelRuleActions {
  setAccess(channelId: string, access: ChannelAccess): Promise<void>;
  setHistory(channelId: string, history: HistoryAccess): Promise<void>;
  setNeededLevel(channelId: string, name: LevelName, level: number): Promise<void>;
  /** Gives a channel the address `#localpart` of our server, and takes the one before back. An empty one is none. */
  setAddress(channelId: string, localpart: string): Promise<void>;
}

const visibilities: ReadonlySet<unknown> = new Set<HistoryAccess>([
  'world_readable',
  'shared',
  'invited',
  'joined',
]);

/** The rules of a channel; undefined while we are not in it. */
export class ChannelRulesStore extends FeedStore<ChannelRules | undefined> {
  readonly #client: MatrixClient;
  readonly #channelId: string;

  constructor(client: MatrixClient, feed: ChangeFeed, channelId: string) {
    super(feed);
    this.#client = client;
    this.#channelId = channelId;
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    return [...batch.rooms.values()].some((change) => change.state) || batch.rooms.has(this.#channelId);
  }

  protected override compute(): ChannelRules | undefined {
    const room = this.#client.getRoom(this.#channelId);
    if (room?.getMyMembership() !== 'join') return undefined;
    const guildId = findGuildOf(this.#client, this.#channelId);
    const levels = readContent(room, EventType.RoomPowerLevels);
    return {
      access: readAccess(readContent(room, EventType.RoomJoinRules), guildId),
      history: readHistory(room),
      levels: {
        write: readLevel(levels, 'write'),
        react: readLevel(levels, 'react'),
        mentionAll: readLevel(levels, 'mentionAll'),
        describe: readLevel(levels, 'describe'),
        pin: readLevel(levels, 'pin'),
        deleteOthers: readLevel(levels, 'deleteOthers'),
        invite: readLevel(levels, 'invite'),
      },
      address: room.getCanonicalAlias() ?? undefined,
      guildId,
      mayChange: {
        access: this.#maySend(room, EventType.RoomJoinRules),
        history: this.#maySend(room, EventType.RoomHistoryVisibility),
        levels: this.#maySend(room, EventType.RoomPowerLevels),
        address: this.#maySend(room, EventType.RoomCanonicalAlias),
        place:
          guildId !== undefined &&
          isKeptByServer(this.#client, guildId) &&
          this.#maySend(this.#client.getRoom(guildId), EventType.SpaceChild),
      },
    };
  }

  #maySend(room: Room | null, type: string): boolean {
    return room?.currentState.maySendStateEvent(type, this.#client.getSafeUserId()) ?? false;
  }
}

export function createChannelRuleActions(client: MatrixClient): ChannelRuleActions {
  const send = async (roomId: string, type: string, content: JsonObject): Promise<void> => {
    await client.sendStateEvent(roomId, type as EventType.RoomTopic, content as { topic: string });
  };
  return {
    async setAccess(channelId, access) {
      const guildId = findGuildOf(client, channelId);
      if (access === 'guild' && guildId === undefined) return;
      const allow = [{ type: 'm.room_membership', room_id: guildId }];
      const rule = { guild: 'restricted', invited: 'invite', anybody: 'public' }[access];
      await send(channelId, EventType.RoomJoinRules, {
        join_rule: rule,
        ...(access === 'guild' && { allow }),
      });
    },
    setHistory: (channelId, history) =>
      send(channelId, EventType.RoomHistoryVisibility, { history_visibility: history }),
    async setNeededLevel(channelId, name, level) {
      // What others have just changed may not have come with sync yet.
      const content = await client.getStateEvent(channelId, EventType.RoomPowerLevels, '');
      await send(channelId, EventType.RoomPowerLevels, withLevel(content, name, level));
    },
    async setAddress(channelId, localpart) {
      const room = client.getRoom(channelId);
      const before = room?.getCanonicalAlias() ?? undefined;
      const content = room ? readContent(room, EventType.RoomCanonicalAlias) : {};
      const others = asArray(content.alt_aliases).filter((alias) => alias !== before);
      const alias = `#${localpart}:${client.getDomain()}`;
      if (alias === before) return;
      if (localpart !== '') await client.createAlias(alias, channelId);
      await send(channelId, EventType.RoomCanonicalAlias, {
        ...(localpart !== '' && { alias }),
        ...(others.length > 0 && { alt_aliases: others }),
      });
      // One that is of another server, or was somebody else's, stays.
      if (before !== undefined) await client.deleteAlias(before).catch(() => undefined);
    },
  };
}

function readContent(room: Room, type: string): JsonObject {
  return readState(room, type)?.getContent() ?? {};
}

function readHistory(room: Room): HistoryAccess {
  const { history_visibility: visibility } = readContent(room, EventType.RoomHistoryVisibility);
  return isHistoryAccess(visibility) ? visibility : 'shared';
}

function isHistoryAccess(value: unknown): value is HistoryAccess {
  return visibilities.has(value);
}

function readAccess(content: JsonObject, guildId: string | undefined): ChannelAccess | undefined {
  const allowed = asArray(content.allow).map((condition) => asString(asObject(condition)?.room_id));
  if (content.join_rule === 'restricted' && guildId !== undefined && allowed.includes(guildId))
    return 'guild';
  if (content.join_rule === 'invite') return 'invited';
  return content.join_rule === 'public' ? 'anybody' : undefined;
}

/** The guild that a channel or category stands in, among those that we are in. */
function findGuildOf(client: MatrixClient, roomId: string): string | undefined {
  const spaces = client.getRooms().filter((room) => room.isSpaceRoom() && room.getMyMembership() === 'join');
  const seen = new Set([roomId]);
  let guildId: string | undefined;
  for (;;) {
    const inner = guildId ?? roomId;
    const parent = spaces.find((space) => {
      return !seen.has(space.roomId) && readSpaceChildren(space).some((child) => child.roomId === inner);
    });
    if (!parent) return guildId;
    seen.add(parent.roomId);
    guildId = parent.roomId;
  }
}
