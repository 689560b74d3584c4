import type { Mention } from '../../lib/markdown/to-matrix.ts';

/** A name that is being typed after an `@`. */
export interface MentionQuery {
  /** Where the `@` stands. */
  readonly start: number;
  readonly end: number;
  readonly typed: string;
}

const longestQuery = 40;

/** The name that the caret is in, if it is in one: an `@` at the beginning of a word, and no line break since. */
export function findMentionQuery(text: string, caret: number): MentionQuery | undefined {
  const before = text.slice(Math.max(0, caret - longestQuery), caret);
  const match = /(?:^|[\s(])@([^\s@]*)$/u.exec(before);
  if (match?.[1] === undefined) return undefined;
  return { start: caret - match[1].length - 1, end: caret, typed: match[1] };
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

/** Puts a name in the place of what was typed; says where the caret goes. */
export function insertMention(
  text: string,
  query: MentionQuery,
  name: string,
): { readonly text: string; readonly caret: number } {
  const inserted = `@${name} `;
  const rest = text.slice(query.end).replace(/^ /, '');
  return { text: `${text.slice(0, query.start)}${inserted}${rest}`, caret: query.start + inserted.length };
}
