import { EventType, type MatrixClient, type Room } from 'matrix-js-sdk';
import { asArray, asObject, asString } from '../lib/parse.ts';
import type { KnownRoom, RoomDirectory, SpaceChild } from './channel-tree.ts';
import { readForumTags } from './forum.ts';
import { readSpaceChildren, readState, readUnread } from './read-room.ts';
import type { Unread } from './types.ts';

const nothingNew: Unread = { unread: false, mentions: 0 };

/** The rooms that are conversations between people, by the account data `m.direct`: room ID to the other person. */
export function listDirectRooms(client: MatrixClient): ReadonlyMap<string, string> {
  const content = asObject(client.getAccountData(EventType.Direct)?.getContent()) ?? {};
  const direct = new Map<string, string>();
  for (const [userId, roomIds] of Object.entries(content)) {
    for (const roomId of asArray(roomIds)) if (typeof roomId === 'string') direct.set(roomId, userId);
  }
  return direct;
}

/** Our joined rooms, told apart as guilds, categories, channels of a guild, conversations and the rest. */
export interface JoinedRooms {
  readonly guilds: readonly Room[];
  readonly directs: readonly Room[];
  /** Rooms that belong to no guild and are no conversations, made by other clients for instance. */
  readonly loose: readonly Room[];
}

export function sortJoinedRooms(client: MatrixClient): JoinedRooms {
  const joined = client.getRooms().filter((room) => room.getMyMembership() === 'join');
  const spaces = joined.filter((room) => room.isSpaceRoom());
  const claimed = new Set(spaces.flatMap((space) => readSpaceChildren(space).map((child) => child.roomId)));
  const direct = listDirectRooms(client);
  const rooms = joined.filter((room) => !room.isSpaceRoom());
  return {
    guilds: spaces.filter((space) => !claimed.has(space.roomId)).sort(compareByAge),
    directs: rooms.filter((room) => direct.has(room.roomId)).sort(compareByActivity),
    loose: rooms
      .filter((room) => !direct.has(room.roomId) && !claimed.has(room.roomId))
      .sort(compareByActivity),
  };
}

/** Guilds stand in the order of their age, which never changes. */
function compareByAge(a: Room, b: Room): number {
  const bornAt = (room: Room): number => readState(room, 'm.room.create')?.getTs() ?? 0;
  return bornAt(a) - bornAt(b) || (a.roomId < b.roomId ? -1 : 1);
}

function compareByActivity(a: Room, b: Room): number {
  return b.getLastActiveTimestamp() - a.getLastActiveTimestamp() || (a.roomId < b.roomId ? -1 : 1);
}

/** Rooms of a guild that we are not in, as its hierarchy lists them. */
export type UnjoinedRooms = ReadonlyMap<string, UnjoinedRoom>;

export interface UnjoinedRoom {
  readonly roomId: string;
  readonly name: string;
  readonly isCategory: boolean;
  readonly children: readonly SpaceChild[];
}

/** What is known of a guild's rooms: from sync for those we are in, from the hierarchy for the others. */
export function createDirectory(client: MatrixClient, unjoined: UnjoinedRooms): RoomDirectory {
  return {
    findRoom: (roomId) => findRoom(client, unjoined, roomId),
    listChildren(roomId) {
      const room = client.getRoom(roomId);
      return room?.getMyMembership() === 'join'
        ? readSpaceChildren(room)
        : (unjoined.get(roomId)?.children ?? []);
    },
  };
}

function findRoom(client: MatrixClient, unjoined: UnjoinedRooms, roomId: string): KnownRoom | undefined {
  const room = client.getRoom(roomId);
  if (room?.getMyMembership() === 'join') {
    const isCategory = room.isSpaceRoom();
    const unread = isCategory ? nothingNew : readUnread(client, room);
    const isForum = readForumTags(room) !== undefined;
    return { roomId, name: room.name, isCategory, isForum, joined: true, ...unread };
  }
  const listed = unjoined.get(roomId);
  return listed && { roomId, name: listed.name, isCategory: listed.isCategory, joined: false, ...nothingNew };
}

/** Asks the server for the rooms of a guild that we are not in (Matrix 1.19, GET /rooms/{roomId}/hierarchy). */
export async function fetchUnjoinedRooms(client: MatrixClient, guildId: string): Promise<UnjoinedRooms> {
  const unjoined = new Map<string, UnjoinedRoom>();
  let from: string | undefined;
  do {
    const page = await client.getRoomHierarchy(guildId, 100, 2, false, from);
    for (const room of page.rooms) {
      const roomId = room.room_id;
      if (client.getRoom(roomId)?.getMyMembership() === 'join') continue;
      unjoined.set(roomId, {
        roomId,
        name: room.name ?? 'unnamed',
        isCategory: room.room_type === 'm.space',
        children: room.children_state.flatMap((child) => {
          if (asArray(child.content.via).length === 0) return [];
          const order = asString(child.content.order);
          return [{ roomId: child.state_key, order, timestamp: child.origin_server_ts }];
        }),
      });
    }
    from = page.next_batch;
  } while (from !== undefined);
  return unjoined;
}
