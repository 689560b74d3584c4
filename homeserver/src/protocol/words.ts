/** Longer words are cut: PostgreSQL's limit is 2046 bytes. */
const LONGEST_WORD = 64;

/** Scripts that are written without spaces: each character is a word of its own. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu;

/**
 * The words of a text, as they are searched for: lower case, without accents and punctuation, in any script.
 *
 * Source: ours. The specification leaves open what matches a search term.
 */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '');
  const found: string[] = [];
  for (const [word] of plain.normalize('NFC').matchAll(WORD)) found.push(...splitMixed(word));
  return found;
}

/** A run of letters may go over into a script whose characters stand alone. */
function splitMixed(word: string): string[] {
  const parts = word.match(
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu,
  );
  return (parts ?? []).map((part) => Array.from(part).slice(0, LONGEST_WORD).join(''));
}
