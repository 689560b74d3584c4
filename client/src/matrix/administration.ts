import { EventType, type MatrixClient } from 'matrix-js-sdk';
import { asObject, asString } from '../lib/parse.ts';
import { sortChildren } from './channel-tree.ts';
import { planOrder } from './child-order.ts';
import { readPerson, readSpaceChildren, readState } from './read-room.ts';
import type { Ban } from './types.ts';

/** Called while something takes its time: how many of how many rooms are done. */
export type ProgressHandler = (done: number, total: number) => void;

/** What those who run a guild do. Every function rejects when the server refuses. */
export interface AdministrationActions {
  setGuildAvatar(guildId: string, file: File | undefined): Promise<void>;
  /** Those who may not come back, by name. */
  listBans(roomId: string): Promise<readonly Ban[]>;
  /** Sets somebody's power level in a guild and in all its channels, one after the other. */
  setLevel(guildId: string, userId: string, level: number, handleProgress: ProgressHandler): Promise<void>;
  /** Moves a channel or category by so many places among those beside it. */
  moveChild(spaceId: string, roomId: string, beside: readonly string[], by: 1 | -1): Promise<void>;
}

export function createAdministrationActions(client: MatrixClient): AdministrationActions {
  return {
    async setGuildAvatar(guildId, file) {
      const url = file ? (await client.uploadContent(file, { type: file.type })).content_uri : '';
      await client.sendStateEvent(guildId, EventType.RoomAvatar, url === '' ? {} : { url });
    },
    async listBans(roomId) {
      const room = client.getRoom(roomId);
      await room?.loadMembersIfNeeded();
      return (room?.getMembersWithMembership('ban') ?? [])
        .map((member) => ({
          ...readPerson(room, member.userId),
          reason: asString(member.events.member?.getContent().reason),
        }))
        .sort((a, b) => a.name.localeCompare(b.name));
    },
    async setLevel(guildId, userId, level, handleProgress) {
      // The guild comes last: as long as it says the old level, this can be begun again.
      const roomIds = [...listRooms(client, guildId), guildId];
      for (const [index, roomId] of roomIds.entries()) {
        handleProgress(index, roomIds.length);
        await writeLevel(client, roomId, userId, level);
      }
    },
    async moveChild(spaceId, roomId, beside, by) {
      const space = client.getRoom(spaceId);
      if (!space) return;
      const children = sortChildren(readSpaceChildren(space));
      const neighbourId = beside[beside.indexOf(roomId) + by];
      const from = children.findIndex((child) => child.roomId === roomId);
      const to = children.findIndex((child) => child.roomId === neighbourId);
      const [moved] = from < 0 || to < 0 ? [] : children.splice(from, 1);
      if (!moved) return;
      children.splice(to, 0, moved);
      for (const change of planOrder(children, roomId)) {
        const content = readState(space, EventType.SpaceChild, change.roomId)?.getContent() ?? {};
        await client.sendStateEvent(
          spaceId,
          EventType.SpaceChild,
          { ...content, order: change.order },
          change.roomId,
        );
      }
    },
  };
}

/** The channels and categories of a guild that we are in. */
function listRooms(client: MatrixClient, spaceId: string): readonly string[] {
  const space = client.getRoom(spaceId);
  return (space ? readSpaceChildren(space) : []).flatMap(({ roomId }) => {
    const room = client.getRoom(roomId);
    if (room?.getMyMembership() !== 'join') return [];
    return room.isSpaceRoom() ? [...listRooms(client, roomId), roomId] : [roomId];
  });
}

async function writeLevel(
  client: MatrixClient,
  roomId: string,
  userId: string,
  level: number,
): Promise<void> {
  const room = client.getRoom(roomId);
  const content = room ? readState(room, EventType.RoomPowerLevels)?.getContent() : undefined;
  if (!content) return;
  const levels = new Map<string, number>();
  for (const [id, value] of Object.entries(asObject(content.users) ?? {}))
    if (typeof value === 'number') levels.set(id, value);
  const usual = typeof content.users_default === 'number' ? content.users_default : 0;
  if ((levels.get(userId) ?? usual) === level) return;
  if (level === usual) levels.delete(userId);
  else levels.set(userId, level);
  const users = Object.fromEntries(levels);
  await client.sendStateEvent(roomId, EventType.RoomPowerLevels, { ...content, users });
}
