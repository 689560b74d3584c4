import { readSafeLink } from './links.ts';

/** A stretch of a text; `start` is where it begins. */
export type TextPart =
  | { readonly type: 'text'; readonly start: number; readonly text: string }
  | { readonly type: 'link'; readonly start: number; readonly text: string; readonly href: string };

const address = /\bhttps?:\/\/[^\s<>"']+/g;

/** Finds the web addresses in a plain text. Punctuation and a closing bracket after an address belong to the sentence. */
export function linkify(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let position = 0;
  for (const match of text.matchAll(address)) {
    const found = trimAddress(match[0]);
    const href = readSafeLink(found);
    if (href === undefined) continue;
    if (match.index > position)
      parts.push({ type: 'text', start: position, text: text.slice(position, match.index) });
    parts.push({ type: 'link', start: match.index, text: found, href });
    position = match.index + found.length;
  }
  if (position < text.length) parts.push({ type: 'text', start: position, text: text.slice(position) });
  return parts;
}

function trimAddress(found: string): string {
  let trimmed = found.replace(/[.,:;!?*_~]+$/, '');
  while (trimmed.endsWith(')') && count(trimmed, ')') > count(trimmed, '(')) trimmed = trimmed.slice(0, -1);
  return trimmed.replace(/[.,:;!?]+$/, '');
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
