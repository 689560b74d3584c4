import type { Place } from '../../matrix/types.ts';
import type { MenuEntry } from '../../ui/Menu.tsx';

/** One line of the quick switcher. */
export type SwitcherEntry =
  | { readonly type: 'place'; readonly key: string; readonly place: Place }
  | { readonly type: 'action'; readonly key: string; readonly action: MenuEntry };

/** What a sign at the beginning narrows the search to. */
const signs: Readonly<Record<string, Place['kind'] | 'action'>> = {
  '#': 'channel',
  '@': 'person',
  '*': 'guild',
  '>': 'action',
};

export interface SwitcherSources {
  readonly places: readonly Place[];
  readonly actions: readonly MenuEntry[];
  /** IDs of the channels that were open last, the newest first. */
  readonly recent: readonly string[];
}

/**
 * What fits what was typed, the best first: names that begin with it, then those in which a word does, then those that
 * contain it, then those that have its letters in this order. Among equals what is meant for us comes first, then what is
 * new, then what was open last. Without anything typed it is what is new and what was open last.
 */
export function matchEntries(sources: SwitcherSources, typed: string, limit = 30): readonly SwitcherEntry[] {
  const kind = signs[typed.trim().charAt(0)];
  const query = (kind === undefined ? typed : typed.trim().slice(1)).trim().toLocaleLowerCase();
  const wantsAll = kind !== undefined;
  const recency = new Map(sources.recent.map((id, index) => [id, index]));
  const places = sources.places
    .filter((place) => kind === undefined || place.kind === kind)
    .filter((place) => query !== '' || wantsAll || place.unread || recency.has(place.id))
    .map((place) => ({
      entry: { type: 'place', key: `${place.kind}:${place.id}`, place } as const,
      rank: rankText(place.name, query),
      interest: rankInterest(place, recency),
    }));
  const actions =
    (query === '' && kind !== 'action') || (kind !== undefined && kind !== 'action') ? [] : sources.actions;
  const commands = actions.map((action) => ({
    entry: { type: 'action', key: action.id, action } as const,
    rank: rankText(action.label, query),
    interest: recency.size + 3,
  }));
  return [...places, ...commands]
    .filter(({ rank }) => rank < unfit)
    .sort((a, b) => a.rank - b.rank || a.interest - b.interest)
    .slice(0, limit)
    .map(({ entry }) => entry);
}

const unfit = 4;

function rankText(name: string, query: string): number {
  const text = name.toLocaleLowerCase();
  if (text.startsWith(query)) return 0;
  if (text.split(/[\s\-_.]+/).some((word) => word.startsWith(query))) return 1;
  if (text.includes(query)) return 2;
  return hasLetters(text, query) ? 3 : unfit;
}

/** Whether the letters of a query stand in a text in their order: "glr" in "general". */
function hasLetters(text: string, query: string): boolean {
  let from = 0;
  for (const letter of query) {
    const found = text.indexOf(letter, from);
    if (found === -1) return false;
    from = found + letter.length;
  }
  return true;
}

function rankInterest(place: Place, recency: ReadonlyMap<string, number>): number {
  if (place.mentions > 0) return 0;
  if (place.unread) return 1;
  return 2 + (recency.get(place.id) ?? recency.size);
}
