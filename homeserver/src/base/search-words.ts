const WORD = /[\p{L}\p{N}_]+/gu;
/** Scripts that are written without spaces: a search may begin anywhere in them. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
const MAX_WORDS = 64;
const MAX_WORD_LENGTH = 64;

/**
 * The words of a name, in the form in which names are searched: small letters without accents, so that `Zoë` is found by
 * `zoe` and `Straße` by `STRASSE`. At most 64 words of 64 characters, each once.
 */
export function searchWords(text: string): string[] {
  const words = new Set<string>();
  for (const word of plainWords(text)) {
    const ends = UNSPACED.test(word) ? word.length : 1;
    for (let start = 0; start < ends && words.size < MAX_WORDS; start++) words.add(word.slice(start));
  }
  return [...words];
}

/** The words that somebody searches for, in the same form; each has to begin a word of what is found. */
export function searchedWords(text: string): string[] {
  return [...new Set(plainWords(text))];
}

function plainWords(text: string): string[] {
  // To capitals and back, since some letters have two of one kind for one of the other.
  const folded = text.toWellFormed().toUpperCase().toLowerCase();
  const plain = folded
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC');
  return (plain.match(WORD) ?? []).map((word) => word.slice(0, MAX_WORD_LENGTH).toWellFormed());
}
