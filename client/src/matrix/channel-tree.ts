import type { CategorySummary, ChannelSummary, ChannelTree, Unread } from './types.ts';

/** One `m.space.child` of a guild or category (Matrix 1.19, "Spaces"). */
export interface SpaceChild {
  readonly roomId: string;
  readonly order: string | undefined;
  /** `origin_server_ts` of the state event. */
  readonly timestamp: number;
}

/** A room that a guild points to, as far as it is known. */
export interface KnownRoom extends Unread {
  readonly roomId: string;
  readonly name: string;
  readonly isCategory: boolean;
  readonly joined: boolean;
  readonly isForum?: boolean;
}

/** Looks up what is known of rooms: members' rooms from sync, others from the guild's hierarchy. */
export interface RoomDirectory {
  findRoom(roomId: string): KnownRoom | undefined;
  listChildren(roomId: string): readonly SpaceChild[];
}

const validOrder = /^[\x20-\x7e]{1,50}$/;

/**
 * Sorts children as Matrix 1.19 says ("Ordering of children within a space"): those with an `order` first and by it,
 * then by age, then by ID. An invalid `order` counts as none.
 */
export function sortChildren(children: readonly SpaceChild[]): SpaceChild[] {
  const readOrder = (child: SpaceChild): string | undefined =>
    child.order !== undefined && validOrder.test(child.order) ? child.order : undefined;
  return [...children].sort((a, b) => {
    const orderA = readOrder(a);
    const orderB = readOrder(b);
    if (orderA !== undefined && orderB !== undefined && orderA !== orderB) return orderA < orderB ? -1 : 1;
    if ((orderA === undefined) !== (orderB === undefined)) return orderA === undefined ? 1 : -1;
    return a.timestamp - b.timestamp || (a.roomId < b.roomId ? -1 : 1);
  });
}

/**
 * The channels and categories of a guild in their order.
 * A category is a space inside the guild; categories inside a category are not shown as such, and a channel that two
 * categories claim appears in the first.
 */
export function buildChannelTree(guildId: string, directory: RoomDirectory): ChannelTree {
  const placed = new Set<string>([guildId]);
  const rooms = placeChildren(guildId, directory, placed);
  const categories: CategorySummary[] = rooms
    .filter((room) => room.isCategory)
    .map((room) => ({
      categoryId: room.roomId,
      name: room.name,
      channels: placeChildren(room.roomId, directory, placed)
        .filter((child) => !child.isCategory)
        .map(summarize),
    }));
  return { channels: rooms.filter((room) => !room.isCategory).map(summarize), categories };
}

/** The rooms under a space that were not placed before, in order. */
function placeChildren(spaceId: string, directory: RoomDirectory, placed: Set<string>): KnownRoom[] {
  const found: KnownRoom[] = [];
  for (const child of sortChildren(directory.listChildren(spaceId))) {
    const room = placed.has(child.roomId) ? undefined : directory.findRoom(child.roomId);
    if (!room) continue;
    placed.add(child.roomId);
    found.push(room);
  }
  return found;
}

function summarize(room: KnownRoom): ChannelSummary {
  return {
    channelId: room.roomId,
    name: room.name,
    joined: room.joined,
    isForum: room.isForum ?? false,
    unread: room.unread,
    mentions: room.mentions,
  };
}

/** The category that a channel stands in; undefined for one that stands in the guild itself. */
export function findParent(tree: ChannelTree, channelId: string): string | undefined {
  return tree.categories.find(({ channels }) => channels.some((channel) => channel.channelId === channelId))
    ?.categoryId;
}

/** The channels of a category, or of the guild itself, in their order. */
export function listSiblings(tree: ChannelTree, categoryId: string | undefined): readonly ChannelSummary[] {
  if (categoryId === undefined) return tree.channels;
  return tree.categories.find((category) => category.categoryId === categoryId)?.channels ?? [];
}

/** All channels of a tree in the order in which they are seen. */
export function listChannels(tree: ChannelTree): readonly ChannelSummary[] {
  return [...tree.channels, ...tree.categories.flatMap((category) => category.channels)];
}
