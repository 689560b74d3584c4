import {
  EventType,
  type ICreateRoomOpts,
  type MatrixClient,
  Preset,
  type Room,
  RoomType,
  Visibility,
} from 'matrix-js-sdk';
import type { ChannelRequest, GuildRequest } from '../lib/homeserver/guilds.ts';
import { buildMatrixLink } from '../lib/html/links.ts';
import { forumType } from './forum.ts';
import { buildStewardId, readSpaceChildren, readState } from './read-room.ts';

/** In a space of its own nobody talks: this level is what it takes. */
const nobodyTalks = 100;

/** Whether a guild is one that our server keeps: it made it, and sees to its members. Others are plain spaces. */
export function isKeptByServer(client: MatrixClient, guildId: string): boolean {
  const room = client.getRoom(guildId);
  const maker = room && readState(room, EventType.RoomCreate)?.getSender();
  return maker === buildStewardId(client.getSafeUserId());
}

/** Makes a space with one channel, as any Matrix client does; where the server has no guilds, that is what a guild is. */
export async function createSpace(
  client: MatrixClient,
  { name, topic }: GuildRequest,
): Promise<{ readonly guildId: string; readonly firstChannelId: string }> {
  const guildId = await createRoom(client, {
    name,
    ...(topic !== undefined && { topic }),
    creation_content: { type: RoomType.Space },
    power_level_content_override: { events_default: nobodyTalks, invite: 50 },
  });
  const firstChannelId = await createChild(client, guildId, { name: 'general', kind: 'text' });
  return { guildId, firstChannelId };
}

/** Makes a room in a space, for whoever is in the space (Matrix 1.19, "Spaces" and "Restricted rooms"). */
export async function createChild(
  client: MatrixClient,
  guildId: string,
  { name, kind, topic, category }: ChannelRequest,
): Promise<string> {
  const parentId = category ?? guildId;
  const via = [client.getDomain() ?? ''];
  const roomId = await createRoom(client, {
    name,
    ...(topic !== undefined && { topic }),
    ...(kind === 'category' && {
      creation_content: { type: RoomType.Space },
      power_level_content_override: { events_default: nobodyTalks },
    }),
    initial_state: [
      { type: EventType.SpaceParent, state_key: parentId, content: { via, canonical: true } },
      {
        type: EventType.RoomJoinRules,
        state_key: '',
        content: { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: guildId }] },
      },
      ...(kind === 'forum' ? [{ type: forumType, state_key: '', content: { tags: [] } }] : []),
    ],
  });
  await client.sendStateEvent(parentId, EventType.SpaceChild, { via }, roomId);
  return roomId;
}

async function createRoom(client: MatrixClient, options: ICreateRoomOpts): Promise<string> {
  const whole = { preset: Preset.PrivateChat, visibility: Visibility.Private, ...options };
  return (await client.createRoom(whole)).room_id;
}

/** Does something in every room of a space that we are in, as far as we may: the space itself is what counts. */
export async function inEachChild(
  client: MatrixClient,
  spaceId: string,
  act: (roomId: string) => Promise<unknown>,
): Promise<void> {
  const space = client.getRoom(spaceId);
  if (!space?.isSpaceRoom()) return;
  for (const { roomId } of readSpaceChildren(space)) {
    if (client.getRoom(roomId)?.getMyMembership() !== 'join') continue;
    await act(roomId).catch(() => undefined);
    await inEachChild(client, roomId, act);
  }
}

/** Where a space can be found by people of any server, for those who may come in. */
export function buildSpaceLink(client: MatrixClient, room: Room): string {
  const alias = room.getCanonicalAlias();
  if (alias !== null) return buildMatrixLink(alias);
  return `${buildMatrixLink(room.roomId)}?${new URLSearchParams({ via: client.getDomain() ?? '' })}`;
}
