import type { Mention } from '../../lib/markdown/to-matrix.ts';

/** What is being completed: people, channels, emoji or commands, by the sign before them. */
export type CompletionSign = '@' | '#' | ':' | '/';

/** What is being typed after a sign. */
export interface CompletionQuery {
  readonly sign: CompletionSign;
  /** Where the sign stands. */
  readonly start: number;
  readonly end: number;
  readonly typed: string;
}

const longestQuery = 40;

/** With fewer letters than this, a colon is the end of a sentence or the eyes of a face. */
const fewestEmojiLetters = 2;

/** What the caret is in: a sign at the beginning of a word, and no space since. A command begins the text. */
export function findQuery(text: string, caret: number): CompletionQuery | undefined {
  const before = text.slice(Math.max(0, caret - longestQuery), caret);
  const match = /(?:^|[\s(])([@#:/])([^\s@#:/]*)$/u.exec(before);
  const typed = match?.[2];
  if (typed === undefined) return undefined;
  const start = caret - typed.length - 1;
  const sign = match?.[1] as CompletionSign;
  if (sign === '/' && start !== 0) return undefined;
  if (sign === ':' && typed.length < fewestEmojiLetters) return undefined;
  return { sign, start, end: caret, typed };
}

/** The people whose name or user ID begins with what was typed, at most `limit`. */
export function matchPeople<P extends Mention>(people: readonly P[], typed: string, limit = 6): readonly P[] {
  const query = typed.toLocaleLowerCase();
  const starts = (text: string): boolean => text.toLocaleLowerCase().startsWith(query);
  const rank = ({ name, userId }: P): number => {
    if (starts(name)) return 0;
    if (name.split(/\s+/).some(starts)) return 1;
    return starts(userId.slice(1)) ? 2 : 3;
  };
  return people
    .map((person) => ({ person, rank: rank(person) }))
    .filter((entry) => entry.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map((entry) => entry.person);
}

/** Puts a completion and one space in the place of what was typed; says where the caret goes. */
export function insertCompletion(
  text: string,
  query: CompletionQuery,
  completion: string,
): { readonly text: string; readonly caret: number } {
  const inserted = `${completion} `;
  const rest = text.slice(query.end).replace(/^ /, '');
  return { text: `${text.slice(0, query.start)}${inserted}${rest}`, caret: query.start + inserted.length };
}
