import { EventTimeline, type EventType, type MatrixClient, type Room } from 'matrix-js-sdk';
import type { CustomEmoji } from '../lib/markdown/to-matrix.ts';
import { asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';
import { readSpaceChildren } from './read-room.ts';

/** Where packs are: by the specification (Matrix 1.19, "Image packs"), and as other clients wrote them before. */
const stateTypes = ['m.room.image_pack', 'im.ponies.room_emotes'];
const chosenTypes = ['m.image_pack.rooms', 'im.ponies.emote_rooms'];
const ownType = 'im.ponies.user_emotes';

/** How many emoji of all packs are offered: a pack is as long as anybody makes it. */
const mostEmoji = 1000;

/**
 * The emoji of our own that can be used in a channel: those of the channel, of the guild that it is in, of the rooms
 * that we chose, and our own. The first of a shortcode stands.
 */
export function listCustomEmoji(client: MatrixClient, channelId: string): readonly CustomEmoji[] {
  const channel = client.getRoom(channelId);
  const rooms = [...(channel ? [channel] : []), ...listParents(client, channelId), ...listChosen(client)];
  const contents = [readAccountData(client, ownType), ...rooms.flatMap(listPackContents)];
  const found = new Map<string, CustomEmoji>();
  for (const emoji of contents.flatMap(readPack))
    if (!found.has(emoji.shortcode) && found.size < mostEmoji) found.set(emoji.shortcode, emoji);
  return [...found.values()];
}

/** Reads the emoji of a pack; images that are stickers alone are left out. */
export function readPack(content: unknown): readonly CustomEmoji[] {
  const fields = asObject(content);
  const packUsage = asArray(asObject(fields?.pack)?.usage);
  return Object.entries(asObject(fields?.images) ?? {}).flatMap(([shortcode, value]) => {
    const image = asObject(value);
    const mxc = asString(image?.url);
    const ownUsage = asArray(image?.usage);
    const usage = ownUsage.length > 0 ? ownUsage : packUsage;
    const isEmoji = usage.length === 0 || usage.includes('emoticon');
    if (!isEmoji || !mxc?.startsWith('mxc://') || !/^[^\s:]{1,100}$/.test(shortcode)) return [];
    return [{ shortcode, mxc }];
  });
}

/** The SDK's types know the names of the specification alone. */
function readAccountData(client: MatrixClient, type: string): JsonObject | undefined {
  return asObject(client.getAccountData(type as EventType.Direct)?.getContent());
}

function listPackContents(room: Room): readonly unknown[] {
  const state = room.getLiveTimeline().getState(EventTimeline.FORWARDS);
  return stateTypes.flatMap((type) => (state?.getStateEvents(type) ?? []).map((event) => event.getContent()));
}

/** The spaces in which a room stands, the nearest first: its category and its guild. */
function listParents(client: MatrixClient, roomId: string): readonly Room[] {
  const spaces = client.getRooms().filter((room) => room.isSpaceRoom() && room.getMyMembership() === 'join');
  const holdersOf = (childId: string): readonly Room[] =>
    spaces.filter((space) => readSpaceChildren(space).some((child) => child.roomId === childId));
  const nearest = holdersOf(roomId);
  return [...new Set([...nearest, ...nearest.flatMap((space) => holdersOf(space.roomId))])];
}

function listChosen(client: MatrixClient): readonly Room[] {
  return chosenTypes.flatMap((type) => {
    const rooms = asObject(readAccountData(client, type)?.rooms) ?? {};
    return Object.keys(rooms).flatMap((roomId) => client.getRoom(roomId) ?? []);
  });
}
