import type { PlainMessageKey } from '../../lib/i18n/messages.ts';
import type { CustomEmoji } from '../../lib/markdown/to-matrix.ts';
import { asAmount, asArray, asObject, asString } from '../../lib/parse.ts';

export interface Emoji {
  readonly emoji: string;
  readonly label: string;
  readonly tags: readonly string[];
}

export interface EmojiGroup {
  readonly name: PlainMessageKey;
  readonly emoji: readonly Emoji[];
}

/** What was picked: an emoji, or a picture of a pack. */
export type PickedEmoji = string | CustomEmoji;

/** What a reaction says of what was picked: the emoji itself, or the address of the picture (MSC4027). */
export function readReactionKey(picked: PickedEmoji): string {
  return typeof picked === 'string' ? picked : picked.mxc;
}

/** The reactions that are offered first. */
export const quickReactions = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🔥', '👀'] as const;

/** Names of emojibase's groups by their number; parts of emoji (2) are none of their own. */
const groupNames: Readonly<Record<number, PlainMessageKey>> = {
  0: 'emoji.smileys',
  1: 'emoji.people',
  3: 'emoji.nature',
  4: 'emoji.food',
  5: 'emoji.travel',
  6: 'emoji.activities',
  7: 'emoji.objects',
  8: 'emoji.symbols',
  9: 'emoji.flags',
};

/** Reads emojibase's compact data into groups in their order. */
export function readEmojiGroups(data: unknown): readonly EmojiGroup[] {
  const groups = new Map<string, { readonly order: number; readonly emoji: Emoji }[]>();
  for (const value of asArray(data)) {
    const fields = asObject(value) ?? {};
    const emoji = asString(fields.unicode);
    const name = groupNames[asAmount(fields.group) ?? -1];
    if (emoji === undefined || name === undefined) continue;
    const group = groups.get(name) ?? [];
    const tags = asArray(fields.tags).map(String);
    group.push({
      order: asAmount(fields.order) ?? 0,
      emoji: { emoji, label: asString(fields.label) ?? emoji, tags },
    });
    groups.set(name, group);
  }
  return Object.values(groupNames).flatMap((name) => {
    const group = groups.get(name);
    if (!group) return [];
    return [{ name, emoji: group.sort((a, b) => a.order - b.order).map((entry) => entry.emoji) }];
  });
}

/** The emoji whose name or tags begin with what was typed, those whose name does so first. */
export function searchEmoji(groups: readonly EmojiGroup[], typed: string): readonly Emoji[] {
  const query = typed.trim().toLowerCase();
  if (query === '') return [];
  const byLabel: Emoji[] = [];
  const byTag: Emoji[] = [];
  for (const emoji of groups.flatMap((group) => group.emoji)) {
    if (emoji.emoji === query || startsAWord(emoji.label, query)) byLabel.push(emoji);
    else if (emoji.tags.some((tag) => tag.startsWith(query))) byTag.push(emoji);
  }
  return [...byLabel, ...byTag];
}

/** The emoji of packs whose name holds what was typed; all of them while nothing was. */
export function searchCustomEmoji(emoji: readonly CustomEmoji[], typed: string): readonly CustomEmoji[] {
  const query = typed.trim().toLowerCase().replaceAll(' ', '_');
  return emoji.filter(({ shortcode }) => shortcode.toLowerCase().includes(query));
}

function startsAWord(label: string, query: string): boolean {
  const text = label.toLowerCase();
  return text.startsWith(query) || text.includes(` ${query}`);
}
