import type { Token, Tokens } from 'marked';
import { readSafeLink } from '../html/links.ts';
import { type Names, parseMarkdown } from './to-matrix.ts';

/** How a piece of Markdown is shown while it is typed; a `mark` is a sign that makes what is beside it so. */
export type MarkdownStyle = (typeof allStyles)[number];

/** A piece of a text that looks the same throughout. */
export interface MarkdownSegment {
  readonly text: string;
  readonly styles: readonly MarkdownStyle[];
}

const allStyles = [
  'mark',
  'strong',
  'em',
  'del',
  'code',
  'spoiler',
  'link',
  'name',
  'heading',
  'quote',
] as const;

const styleOfToken: Readonly<Record<string, MarkdownStyle>> = {
  strong: 'strong',
  em: 'em',
  del: 'del',
  spoiler: 'spoiler',
  link: 'link',
  image: 'link',
  name: 'name',
  heading: 'heading',
  blockquote: 'quote',
};

/** Longer texts are shown as they are: each key that is pressed parses the whole. */
const longest = 8000;

/**
 * Parts a text that is being typed as it will be understood when it is sent, by the same parser. The segments together
 * are the text itself, whatever it is.
 */
export function segmentMarkdown(typed: string, names: Names = {}): readonly MarkdownSegment[] {
  if (typed === '') return [];
  const body = typed.trim();
  if (body === '' || typed.length > longest) return [{ text: typed, styles: [] }];
  const painter = new Painter(typed.length);
  const start = typed.indexOf(body);
  try {
    painter.paintAll(parseMarkdown(body, names), { text: body, places: range(start, body.length) });
  } catch {
    // The parser goes one call deeper with each quote in a quote, and the stack has an end.
    return [{ text: typed, styles: [] }];
  }
  return painter.cut(typed);
}

/** A text that was taken out of what was typed, and where each of its characters stands there. */
interface Excerpt {
  readonly text: string;
  readonly places: readonly number[];
}

class Painter {
  /** For each character, the styles that it has: a bit for each of `allStyles`. */
  readonly #styles: number[];

  constructor(length: number) {
    this.#styles = new Array<number>(length).fill(0);
  }

  /** Paints tokens that stand one after the other in a text; returns what of it belongs to none of them. */
  paintAll(tokens: readonly Token[], whole: Excerpt): readonly number[] {
    const left = new Set(whole.places);
    let from = 0;
    for (const token of tokens) {
      const found = locate(whole.text, token.raw, from);
      if (found.length === 0) continue;
      from = (found.at(-1) ?? from) + 1;
      const places = found.flatMap((index) => whole.places[index] ?? []);
      for (const place of places) left.delete(place);
      this.#paint(token, { text: found.map((index) => whole.text.charAt(index)).join(''), places });
    }
    return [...left];
  }

  #paint(token: Token, excerpt: Excerpt): void {
    const { places } = excerpt;
    const style = styleOfToken[token.type];
    if (style !== undefined && !isUnsafeLink(token)) this.#add(places, style);
    if (token.type === 'codespan' || token.type === 'code') this.#paintCode(excerpt);
    else if (token.type === 'escape') this.#add(places.slice(0, 1), 'mark');
    else if (token.type === 'hr') this.#add(places, 'mark');
    else if (token.type === 'list') this.paintAll((token as Tokens.List).items, excerpt);
    else if ('tokens' in token && token.tokens) this.#add(this.paintAll(token.tokens, excerpt), 'mark');
  }

  #paintCode({ text, places }: Excerpt): void {
    this.#add(places, 'code');
    const isBlock = /^ {0,3}(```|~~~)/.test(text);
    const opening = (isBlock ? /^.*/ : /^`*/).exec(text)?.[0].length ?? 0;
    const closing = (isBlock ? /\n {0,3}(?:`{3,}|~{3,})\s*$/ : /`*$/).exec(text)?.[0].length ?? 0;
    this.#add(places.slice(0, opening), 'mark');
    if (closing > 0) this.#add(places.slice(-closing), 'mark');
  }

  #add(places: readonly number[], style: MarkdownStyle): void {
    const bit = 1 << allStyles.indexOf(style);
    for (const place of places) this.#styles[place] = (this.#styles[place] ?? 0) | bit;
  }

  /** The text in pieces, each as long as nothing changes. */
  cut(typed: string): readonly MarkdownSegment[] {
    const segments: MarkdownSegment[] = [];
    let start = 0;
    for (let end = 1; end <= typed.length; end += 1) {
      const bits = this.#styles[start] ?? 0;
      if (end < typed.length && this.#styles[end] === bits) continue;
      const styles = allStyles.filter((_style, index) => (bits & (1 << index)) !== 0);
      segments.push({ text: typed.slice(start, end), styles });
      start = end;
    }
    return segments;
  }
}

/** Whether nothing but the text of a link will be sent. */
function isUnsafeLink(token: Token): boolean {
  return (token.type === 'link' || token.type === 'image') && readSafeLink(token.href) === undefined;
}

/**
 * Where the characters of a token stand in the text around it. A token of several lines was parsed without what stands
 * before each line of a quote or list, so those signs are skipped.
 */
function locate(text: string, raw: string, from: number): readonly number[] {
  const direct = text.indexOf(raw, from);
  if (direct !== -1) return range(direct, raw.length);
  const [firstLine = ''] = raw.split('\n', 1);
  const start = text.indexOf(firstLine, from);
  if (start === -1) return [];
  const found: number[] = [];
  let next = start;
  for (let index = 0; index < raw.length; index += 1) {
    let place = next;
    while (place < text.length && text[place] !== raw[index] && /[\s>]/.test(text.charAt(place))) place += 1;
    if (text[place] !== raw[index]) continue;
    found.push(place);
    next = place + 1;
  }
  return found;
}

function range(start: number, length: number): readonly number[] {
  return Array.from({ length }, (_, index) => start + index);
}
