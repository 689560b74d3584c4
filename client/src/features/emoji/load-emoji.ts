import type { Language } from '../../lib/i18n/languages.ts';
import { type EmojiGroup, readEmojiGroups } from './emoji-data.ts';

const loaders: Readonly<Record<Language, () => Promise<{ readonly default: unknown }>>> = {
  en: () => import('emojibase-data/en/compact.json'),
  ru: () => import('emojibase-data/ru/compact.json'),
};

const loading = new Map<Language, Promise<readonly EmojiGroup[]>>();

/** Every emoji with its name in a language. The same promise each time, for `use`; one that failed is not kept. */
export function loadEmoji(language: Language): Promise<readonly EmojiGroup[]> {
  const known = loading.get(language);
  if (known !== undefined) return known;
  const groups = loaders[language]().then(({ default: data }) => readEmojiGroups(data));
  loading.set(language, groups);
  groups.catch(() => loading.delete(language));
  return groups;
}
