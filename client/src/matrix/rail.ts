import { asArray, asObject, asString, type JsonObject } from '../lib/parse.ts';

/** A guild on the rail, or several in a folder. */
export type RailItem =
  | { readonly kind: 'guild'; readonly guildId: string }
  | {
      readonly kind: 'folder';
      readonly folderId: string;
      readonly name: string;
      readonly guildIds: readonly string[];
    };

/** The order of the rail, as it is kept in our account data. */
export type Rail = JsonObject & { readonly items: readonly RailItem[] };

/** Where it is kept. */
export const railType = 'io.guildhall.rail';

export function parseRail(content: unknown): Rail {
  const items = asArray(asObject(content)?.items).flatMap((value): readonly RailItem[] => {
    const fields = asObject(value);
    const guildId = asString(fields?.guildId);
    const folderId = asString(fields?.folderId);
    if (fields?.kind === 'guild' && guildId !== undefined) return [{ kind: 'guild', guildId }];
    if (fields?.kind !== 'folder' || folderId === undefined) return [];
    const guildIds = asArray(fields.guildIds).filter((id) => typeof id === 'string');
    return [{ kind: 'folder', folderId, name: asString(fields.name) ?? '', guildIds }];
  });
  return { items };
}

/** The rail with the guilds that we are in: those that it does not know come last, those that we left are gone. */
export function arrangeRail({ items }: Rail, guildIds: readonly string[]): readonly RailItem[] {
  const left = new Set(guildIds);
  const take = (guildId: string): boolean => left.delete(guildId);
  const known = items.flatMap((item): readonly RailItem[] => {
    if (item.kind === 'guild') return take(item.guildId) ? [item] : [];
    const inside = item.guildIds.filter(take);
    return inside.length > 0 ? [{ ...item, guildIds: inside }] : [];
  });
  return [...known, ...[...left].map((guildId): RailItem => ({ kind: 'guild', guildId }))];
}

/** What stands for an item: the guild's ID, or the folder's. */
export function idOf(item: RailItem): string {
  return item.kind === 'guild' ? item.guildId : item.folderId;
}

/** Takes a guild out of wherever it is; folders that become empty go. */
function without(items: readonly RailItem[], guildId: string): readonly RailItem[] {
  return items.flatMap((item): readonly RailItem[] => {
    if (item.kind === 'guild') return item.guildId === guildId ? [] : [item];
    const guildIds = item.guildIds.filter((id) => id !== guildId);
    return guildIds.length > 0 ? [{ ...item, guildIds }] : [];
  });
}

/** Moves a guild or a folder by one place, a guild in a folder within it. */
export function moveBy(items: readonly RailItem[], id: string, by: 1 | -1): readonly RailItem[] {
  const swap = <T>(list: readonly T[], from: number): readonly T[] => {
    const [moved, other] = [list[from], list[from + by]];
    if (moved === undefined || other === undefined) return list;
    return list.map((each, place) => (place === from ? other : place === from + by ? moved : each));
  };
  const index = items.findIndex((item) => idOf(item) === id);
  if (index >= 0) return swap(items, index);
  return items.map((item) =>
    item.kind === 'folder' && item.guildIds.includes(id)
      ? { ...item, guildIds: swap(item.guildIds, item.guildIds.indexOf(id)) }
      : item,
  );
}

/** Moves a guild or a folder to before another one on the rail; to the end without one. A guild leaves its folder. */
export function moveBefore(
  items: readonly RailItem[],
  id: string,
  beforeId: string | undefined,
): readonly RailItem[] {
  if (id === beforeId) return items;
  const moved = items.find((item) => idOf(item) === id) ?? ({ kind: 'guild', guildId: id } as const);
  const others =
    moved.kind === 'folder' ? items.filter((item) => idOf(item) !== id) : without(items, moved.guildId);
  const place = others.findIndex((item) => idOf(item) === beforeId);
  return place < 0 ? [...others, moved] : [...others.slice(0, place), moved, ...others.slice(place)];
}

/** Puts a guild into the folder, or together with the guild, that an ID stands for. */
export function putTogether(
  items: readonly RailItem[],
  guildId: string,
  targetId: string,
  newFolder: { readonly folderId: string; readonly name: string },
): readonly RailItem[] {
  if (guildId === targetId) return items;
  return without(items, guildId).map((item): RailItem => {
    if (idOf(item) !== targetId) return item;
    if (item.kind === 'folder') return { ...item, guildIds: [...item.guildIds, guildId] };
    return { kind: 'folder', ...newFolder, guildIds: [item.guildId, guildId] };
  });
}

/** Takes a guild out of its folder: it stands behind it then. */
export function takeOut(items: readonly RailItem[], guildId: string): readonly RailItem[] {
  const index = items.findIndex((item) => item.kind === 'folder' && item.guildIds.includes(guildId));
  const next = items[index + 1];
  return moveBefore(items, guildId, index < 0 || next === undefined ? undefined : idOf(next));
}

export function renameFolder(
  items: readonly RailItem[],
  folderId: string,
  name: string,
): readonly RailItem[] {
  return items.map((item) =>
    item.kind === 'folder' && item.folderId === folderId ? { ...item, name } : item,
  );
}
