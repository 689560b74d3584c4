import { create } from 'zustand';
import { nameForAccount } from './homeserver/session.ts';
import { keepItem } from './keep-item.ts';
import { asArray, asObject, asString } from './parse.ts';

/** What this browser remembers about how somebody likes the hall, for each account by itself. */
export interface Preferences {
  readonly collapsedCategories: readonly string[];
  readonly showsMembers: boolean;
  /** Whether the server is asked what linked pages say of themselves. */
  readonly showsPreviews: boolean;
  /** The channel that was open last in each guild. */
  readonly lastChannels: Readonly<Record<string, string>>;
  /** The channels and conversations that were open last, the newest first. */
  readonly recentChannels: readonly string[];
  /** When what one saw last in threads was written, by the message that began them. */
  readonly seenThreads: Readonly<Record<string, number>>;
  /** Where somebody was when they left: the front door leads there again. */
  readonly lastPath: string | undefined;
}

const storageKey = (): string => nameForAccount('guildhall.preferences');

/** How many threads are remembered. */
const mostThreads = 200;

/** How many channels are remembered as open last. */
const mostRecent = 12;

export function parsePreferences(stored: unknown): Preferences {
  const fields = asObject(stored) ?? {};
  const lastChannels: Record<string, string> = {};
  for (const [guildId, channelId] of Object.entries(asObject(fields.lastChannels) ?? {})) {
    const known = asString(channelId);
    if (known !== undefined) lastChannels[guildId] = known;
  }
  const seenThreads: Record<string, number> = {};
  for (const [rootId, timestamp] of Object.entries(asObject(fields.seenThreads) ?? {}))
    if (typeof timestamp === 'number') seenThreads[rootId] = timestamp;
  return {
    collapsedCategories: asArray(fields.collapsedCategories).filter((id) => typeof id === 'string'),
    showsMembers: fields.showsMembers !== false,
    showsPreviews: fields.showsPreviews !== false,
    lastChannels,
    recentChannels: asArray(fields.recentChannels).filter((id) => typeof id === 'string'),
    seenThreads,
    lastPath: asString(fields.lastPath),
  };
}

function load(): Preferences {
  try {
    return parsePreferences(JSON.parse(localStorage.getItem(storageKey()) ?? '{}'));
  } catch {
    return parsePreferences({});
  }
}

export const usePreferences = create<Preferences>(load);

function change(changes: Partial<Preferences>): void {
  usePreferences.setState(changes);
  keepItem(storageKey(), JSON.stringify(usePreferences.getState()));
}

export function toggleCategory(categoryId: string): void {
  const { collapsedCategories } = usePreferences.getState();
  const isCollapsed = collapsedCategories.includes(categoryId);
  change({
    collapsedCategories: isCollapsed
      ? collapsedCategories.filter((id) => id !== categoryId)
      : [...collapsedCategories, categoryId],
  });
}

export function toggleMembers(): void {
  change({ showsMembers: !usePreferences.getState().showsMembers });
}

export function togglePreviews(): void {
  change({ showsPreviews: !usePreferences.getState().showsPreviews });
}

/** Remembers how far a thread was seen. */
export function noteThreadSeen(rootId: string, timestamp: number): void {
  const { seenThreads } = usePreferences.getState();
  if ((seenThreads[rootId] ?? 0) >= timestamp) return;
  const others = Object.entries(seenThreads).filter(([id]) => id !== rootId);
  change({ seenThreads: Object.fromEntries([...others.slice(1 - mostThreads), [rootId, timestamp]]) });
}

/** Remembers the address that is on the screen, and the channel as the last one of its guild and of all. */
export function rememberPlace(path: string, guildId?: string, channelId?: string): void {
  const { lastChannels, lastPath, recentChannels } = usePreferences.getState();
  if (lastPath === path) return;
  const isInGuild = guildId !== undefined && channelId !== undefined;
  change({
    lastPath: path,
    ...(channelId !== undefined && {
      recentChannels: [channelId, ...recentChannels.filter((id) => id !== channelId)].slice(0, mostRecent),
    }),
    lastChannels: isInGuild ? { ...lastChannels, [guildId]: channelId } : lastChannels,
  });
}
