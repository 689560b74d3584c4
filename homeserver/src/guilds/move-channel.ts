import { invalidParam } from '../protocol/errors.ts';
import { type Room, setState, stateKeyOf } from '../rooms/index.ts';
import { planOrder } from './child-order.ts';
import type { GuildsContext } from './context.ts';
import {
  childrenOf,
  guildOf,
  noSuchCategory,
  noSuchChannel,
  requireLevelFor,
  roomsOfGuild,
} from './guild-tree.ts';

/** Where a channel is to stand. */
export interface ChannelPlace {
  /** The category that it goes into; the guild itself unless given. */
  readonly category?: string | undefined;
  /** The channel or category that it comes to stand before; at the end unless given. */
  readonly before?: string | undefined;
}

/** How often a move is looked at again when others move the same channel in other processes. */
const MOST_ROUNDS = 5;

/** Moves in one guild, one after the other in this process. */
const moving = new WeakMap<Room, Promise<unknown>>();

/**
 * Moves a channel to another place or into another category, or a category to another place.
 *
 * It is listed in its new place before it leaves the old one, and of several moves at once the last one holds: a
 * channel never gets lost, and never stays in two places.
 *
 * @throws MatrixError 404 `M_NOT_FOUND` for a guild that the user is not in, or a channel that is none of its; 403 `M_FORBIDDEN`
 * below the level to change `m.space.child`; 400 `M_INVALID_PARAM` for a category that is none, for one that is to go
 * into another, and for a `before` that is not there.
 */
export async function moveChannel(
  context: GuildsContext,
  userId: string,
  guildId: string,
  channelId: string,
  place: ChannelPlace,
): Promise<void> {
  const guild = await guildOf(context, guildId, userId);
  requireLevelFor(guild, userId, 'm.space.child', 'move channels');
  const before = moving.get(guild);
  const move = (before ?? Promise.resolve()).then(() => moveInTurn(context, userId, guild, channelId, place));
  // The next one waits for this one, whatever becomes of it.
  moving.set(
    guild,
    move.catch(() => undefined),
  );
  await move;
}

async function moveInTurn(
  context: GuildsContext,
  userId: string,
  guild: Room,
  channelId: string,
  { category, before }: ChannelPlace,
): Promise<void> {
  const rooms = (await roomsOfGuild(context, guild)).map(({ room }) => room);
  const channel = rooms.find((room) => room.roomId === channelId);
  if (channel === undefined) throw noSuchChannel();
  const isCategory = channel.roomType === 'm.space';
  const parent =
    category === undefined
      ? guild
      : rooms.find((room) => room.roomId === category && room.roomType === 'm.space' && !isCategory);
  if (parent === undefined) throw noSuchCategory();
  await placeChild(context, parent, channelId, { sender: userId, before });
  await settle(context, userId, guild, parent, channel);
}

/**
 * Lists a room in a space, or moves it there: before another one, or behind all.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` for a `before` that the space does not list; 403 `M_FORBIDDEN`.
 */
export async function placeChild(
  context: GuildsContext,
  space: Room,
  roomId: string,
  { sender, before }: { readonly sender: string; readonly before?: string | undefined },
): Promise<void> {
  const listed = await childrenOf(context, space);
  const children = listed.map(({ room, order }) => ({ roomId: room.roomId, order }));
  const own = children.find((child) => child.roomId === roomId);
  const others = children.filter((child) => child.roomId !== roomId);
  const place = before === undefined ? others.length : others.findIndex((child) => child.roomId === before);
  if (place < 0) throw invalidParam('before must be the ID of a channel that stands there');
  others.splice(place, 0, own ?? { roomId, order: undefined });
  for (const change of planOrder(others, roomId)) {
    const { via = [context.serverName], ...rest } = space.content('m.space.child', change.roomId) ?? {};
    const content = { ...rest, via, order: change.order };
    await setState(context.rooms, { roomId: space.roomId, sender }, 'm.space.child', change.roomId, content);
  }
}

/** Takes a channel out of every place but the newest, and says there where that is. */
async function settle(
  context: GuildsContext,
  userId: string,
  guild: Room,
  parent: Room,
  channel: Room,
): Promise<void> {
  const { roomId } = channel;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    await context.storage.database.neighbours.caughtUp();
    const [newest, ...older] = await spacesOf(context, guild, roomId);
    if (newest === undefined) await placeChild(context, parent, roomId, { sender: userId });
    else if (older.length === 0) return tellParent(context, channel, newest);
    for (const space of older) {
      await setState(context.rooms, { roomId: space.roomId, sender: userId }, 'm.space.child', roomId, {});
    }
  }
}

/** The spaces of a guild that list a room, the one that was told last first. */
async function spacesOf(context: GuildsContext, guild: Room, roomId: string): Promise<Room[]> {
  const key = stateKeyOf('m.space.child', roomId);
  const spaces = [guild, ...(await roomsOfGuild(context, guild)).map(({ room }) => room)];
  return spaces
    .flatMap((space) => {
      const pdu = space.state.get(key)?.pdu;
      return pdu !== undefined && Array.isArray(pdu.content.via)
        ? [{ space, since: pdu.origin_server_ts }]
        : [];
    })
    .sort((one, other) => other.since - one.since || (one.space.roomId < other.space.roomId ? -1 : 1))
    .map(({ space }) => space);
}

/** Says in a channel where it stands (Client-Server API v1.19, `m.space.parent`). */
export async function tellParent(context: GuildsContext, channel: Room, parent: Room): Promise<void> {
  const target = { roomId: channel.roomId, sender: context.steward };
  const content = { via: [context.serverName], canonical: true };
  await setState(context.rooms, target, 'm.space.parent', parent.roomId, content);
  for (const { pdu } of [...channel.state.values()]) {
    const isOld = pdu.type === 'm.space.parent' && Array.isArray(pdu.content.via);
    if (!isOld || pdu.state_key === undefined || pdu.state_key === parent.roomId) continue;
    await setState(context.rooms, target, 'm.space.parent', pdu.state_key, {});
  }
}
