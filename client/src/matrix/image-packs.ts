import { EventTimeline, type EventType, type MatrixClient, type Room } from 'matrix-js-sdk';
import type { CustomEmoji } from '../lib/markdown/to-matrix.ts';
import { asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';
import { readSpaceChildren } from './read-room.ts';

/** Where packs are: by the specification (Matrix 1.19, "Image packs"), and as other clients wrote them before. */
const stateTypes = ['m.room.image_pack', 'im.ponies.room_emotes'];
const chosenTypes = ['m.image_pack.rooms', 'im.ponies.emote_rooms'];
const ownType = 'im.ponies.user_emotes';

/** How many images of all packs are offered: a pack is as long as anybody makes it. */
const mostImages = 1000;

/** A picture that is sent as a message of its own. */
export interface Sticker {
  readonly shortcode: string;
  readonly mxc: string;
  /** What it says. */
  readonly body: string;
  /** The `ImageInfo` of the specification, as the pack has it. */
  readonly info: JsonObject;
}

type Usage = 'emoticon' | 'sticker';

/**
 * The emoji of our own that can be used in a channel: those of the channel, of the guild that it is in, of the rooms
 * that we chose, and our own. The first of a shortcode stands.
 */
export function listCustomEmoji(client: MatrixClient, channelId: string): readonly CustomEmoji[] {
  return collectImages(client, channelId, readPack);
}

/** The stickers that can be sent in a channel; they come from where the emoji come from. */
export function listStickers(client: MatrixClient, channelId: string): readonly Sticker[] {
  return collectImages(client, channelId, readStickers);
}

function collectImages<Image extends { readonly shortcode: string }>(
  client: MatrixClient,
  channelId: string,
  read: (content: unknown) => readonly Image[],
): readonly Image[] {
  const channel = client.getRoom(channelId);
  const rooms = [...(channel ? [channel] : []), ...listParents(client, channelId), ...listChosen(client)];
  const contents = [readAccountData(client, ownType), ...rooms.flatMap(listPackContents)];
  const found = new Map<string, Image>();
  for (const image of contents.flatMap(read))
    if (!found.has(image.shortcode) && found.size < mostImages) found.set(image.shortcode, image);
  return [...found.values()];
}

/** Reads the emoji of a pack; images that are stickers alone are left out. */
export function readPack(content: unknown): readonly CustomEmoji[] {
  return readImages(content, 'emoticon').map(({ shortcode, mxc }) => ({ shortcode, mxc }));
}

/** Reads the stickers of a pack; images that are emoji alone are left out. */
export function readStickers(content: unknown): readonly Sticker[] {
  return readImages(content, 'sticker');
}

function readImages(content: unknown, wanted: Usage): readonly Sticker[] {
  const fields = asObject(content);
  const packUsage = asArray(asObject(fields?.pack)?.usage);
  return Object.entries(asObject(fields?.images) ?? {}).flatMap(([shortcode, value]) => {
    const image = asObject(value);
    const mxc = asString(image?.url);
    const ownUsage = asArray(image?.usage);
    const usage = ownUsage.length > 0 ? ownUsage : packUsage;
    const isWanted = usage.length === 0 || usage.includes(wanted);
    if (!isWanted || !mxc?.startsWith('mxc://') || !/^[^\s:]{1,100}$/.test(shortcode)) return [];
    const body = asString(image?.body) ?? shortcode;
    return [{ shortcode, mxc, body, info: asObject(image?.info) ?? {} }];
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
