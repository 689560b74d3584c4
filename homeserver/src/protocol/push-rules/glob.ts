/**
 * Glob patterns of push rules: `*` is any text, `?` any one character, the case does not matter. Patterns come from
 * users and texts from strangers, so matching never backtracks: its time grows with text times pattern at worst. A
 * character is a UTF-16 code unit: an emoji takes two question marks.
 *
 * Source: specification v1.19, Appendices, "Glob-style matching"; Client-Server API, "Push Rules", `event_match`.
 */

/** A test of a text that is in lower case already. */
export type TextMatcher = (lowerCaseText: string) => boolean;

/** Matches the whole text. */
export function compileGlob(pattern: string): TextMatcher {
  const lowered = pattern.toLowerCase();
  if (!/[*?]/.test(lowered)) return (text) => text === lowered;
  const { first, middle, last } = splitAtStars(lowered);
  if (last === undefined) return (text) => text.length === first.length && isSegmentAt(text, first, 0);
  return (text) => {
    if (!isSegmentAt(text, first, 0)) return false;
    const from = skipSegments(text, middle, first.length);
    const lastIndex = text.length - last.length;
    return from !== -1 && lastIndex >= from && isSegmentAt(text, last, lastIndex);
  };
}

/** Matches any part of the text that begins and ends at a word boundary. */
export function compileWordGlob(pattern: string): TextMatcher {
  const lowered = pattern.toLowerCase();
  if (!/[*?]/.test(lowered)) return (text) => containsWord(text, lowered);
  const { first, middle, last } = splitAtStars(lowered);
  if (last === undefined) {
    return (text) => findSegment(text, first, 0, (index) => isWordAt(text, index, first.length)) !== -1;
  }
  // The first place for each part leaves the most room for those behind it, so that no other needs trying.
  return (text) => {
    const start = findSegment(text, first, 0, (index) => isBoundary(text, index));
    if (start === -1) return false;
    const from = skipSegments(text, middle, start + first.length);
    return (
      from !== -1 && findSegment(text, last, from, (index) => isBoundary(text, index + last.length)) !== -1
    );
  };
}

/** Whether a word, both in lower case, is in the text with a word boundary at each end. Stars have no meaning here. */
export function containsWord(text: string, word: string): boolean {
  for (let index = text.indexOf(word); index !== -1; index = text.indexOf(word, index + 1)) {
    if (isWordAt(text, index, word.length)) return true;
    if (index === text.length) break;
  }
  return false;
}

interface Segments {
  readonly first: string;
  readonly middle: readonly string[];
  /** Undefined if the pattern has no star. */
  readonly last: string | undefined;
}

function splitAtStars(pattern: string): Segments {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  return { first, middle: others.filter((segment) => segment !== ''), last };
}

/** Where the text goes on after the segments, each found as early as possible; -1 if one is missing. */
function skipSegments(text: string, segments: readonly string[], from: number): number {
  let position = from;
  for (const segment of segments) {
    const index = findSegment(text, segment, position, () => true);
    if (index === -1) return -1;
    position = index + segment.length;
  }
  return position;
}

function findSegment(
  text: string,
  segment: string,
  from: number,
  accept: (index: number) => boolean,
): number {
  const plain = !segment.includes('?');
  for (let index = from; index + segment.length <= text.length; index++) {
    if (plain) {
      index = text.indexOf(segment, index);
      if (index === -1) return -1;
    } else if (!isSegmentAt(text, segment, index)) {
      continue;
    }
    if (accept(index)) return index;
  }
  return -1;
}

const QUESTION_MARK = 0x3f;

function isSegmentAt(text: string, segment: string, index: number): boolean {
  if (index + segment.length > text.length) return false;
  for (let offset = 0; offset < segment.length; offset++) {
    const expected = segment.charCodeAt(offset);
    if (expected !== QUESTION_MARK && expected !== text.charCodeAt(index + offset)) return false;
  }
  return true;
}

function isWordAt(text: string, index: number, length: number): boolean {
  return isBoundary(text, index) && isBoundary(text, index + length);
}

/** Whether there is no word on at least one side of this place in the text. */
function isBoundary(text: string, index: number): boolean {
  return !isWordCharacter(text.charCodeAt(index - 1)) || !isWordCharacter(text.charCodeAt(index));
}

/** `a-z`, `0-9` and `_`; the text is in lower case. Beyond either end there is no word. */
function isWordCharacter(codeUnit: number): boolean {
  return (
    (codeUnit >= 0x61 && codeUnit <= 0x7a) || (codeUnit >= 0x30 && codeUnit <= 0x39) || codeUnit === 0x5f
  );
}
