import type { SearchedThing, SearchQuery } from '../../matrix/search.ts';

/** What narrows a search down, beside its words. Dates are written as 2026-03-14, in the reader's time zone. */
export type SearchFilter =
  | { readonly kind: 'from'; readonly value: string; readonly name: string }
  | { readonly kind: 'in'; readonly value: string; readonly name: string }
  | { readonly kind: 'has'; readonly value: SearchedThing; readonly name: string }
  | { readonly kind: 'before' | 'after'; readonly value: string; readonly name: string };

export type FilterKind = SearchFilter['kind'];

/** How each kind of filter is written, in the language of the reader: "from", "in". */
export type FilterWords = Readonly<Record<FilterKind, string>>;

/** A filter that is being written at the end of what was typed. */
export interface OpenFilter {
  readonly kind: FilterKind;
  /** What was written of it so far. */
  readonly typed: string;
  /** What stands before it. */
  readonly rest: string;
}

const kinds: readonly FilterKind[] = ['from', 'in', 'has', 'before', 'after'];

/** The filter that somebody is writing, by the reader's word for it or by the English one. */
export function readOpenFilter(text: string, words: FilterWords): OpenFilter | undefined {
  const start = text.lastIndexOf(' ') + 1;
  const [word = '', ...value] = text.slice(start).toLowerCase().split(':');
  const kind = kinds.find((candidate) => words[candidate] === word || candidate === word);
  if (kind === undefined || value.length === 0) return undefined;
  return { kind, typed: text.slice(start + word.length + 1), rest: text.slice(0, start) };
}

/** Those of the choices that fit what was typed, the ones that begin with it first. */
export function matchFilters(
  choices: readonly SearchFilter[],
  { kind, typed }: OpenFilter,
): readonly SearchFilter[] {
  const wanted = typed.toLowerCase();
  const place = ({ name, value }: SearchFilter): number => {
    const places = [name.toLowerCase().indexOf(wanted), value.toLowerCase().replace('@', '').indexOf(wanted)];
    return Math.min(...places.map((index) => (index === -1 ? Number.POSITIVE_INFINITY : index)));
  };
  return choices
    .filter((choice) => choice.kind === kind && Number.isFinite(place(choice)))
    .sort((a, b) => place(a) - place(b));
}

/** Adds a filter; there is one date of each kind at most, and nothing twice. */
export function addFilter(filters: readonly SearchFilter[], added: SearchFilter): readonly SearchFilter[] {
  const isDate = added.kind === 'before' || added.kind === 'after';
  const others = filters.filter(
    ({ kind, value }) => kind !== added.kind || (!isDate && value !== added.value),
  );
  return [...others, added];
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/;

/** Midnight at the beginning of a day, in milliseconds; undefined for what is no date. */
export function readDay(date: string): number | undefined {
  if (!datePattern.test(date)) return undefined;
  const timestamp = new Date(`${date}T00:00:00`).getTime();
  return Number.isNaN(timestamp) ? undefined : timestamp;
}

/** Writes the day of a moment as a filter does. */
export function writeDay(timestamp: number): string {
  const day = new Date(timestamp);
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}`;
}

/** Puts words and filters together; without a channel among them, `channelIds` are searched. */
export function buildQuery(
  words: string,
  filters: readonly SearchFilter[],
  channelIds: readonly string[],
): SearchQuery {
  const listValues = (kind: FilterKind): readonly string[] =>
    filters.filter((filter) => filter.kind === kind).map(({ value }) => value);
  const chosen = listValues('in');
  const [before] = listValues('before');
  const [after] = listValues('after');
  return {
    words: words.trim(),
    channelIds: chosen.length > 0 ? chosen : channelIds,
    senders: listValues('from'),
    has: filters.flatMap((filter) => (filter.kind === 'has' ? [filter.value] : [])),
    before: before === undefined ? undefined : readDay(before),
    after: after === undefined ? undefined : readDay(after),
  };
}

/** A text cut into pieces, those that begin like one of the words marked. */
export function markWords(
  text: string,
  words: readonly string[],
): readonly { readonly text: string; readonly isMarked: boolean }[] {
  if (words.length === 0) return [{ text, isMarked: false }];
  const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${escaped.join('|')})`, 'giu');
  // Splitting by a group keeps what it matched, at every second place.
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, isMarked: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
