import { Parser } from 'htmlparser2';

/** What a page says of itself, by the names of OpenGraph (`og:title`). */
export type PageDescription = ReadonlyMap<string, string>;

/** Properties that are told to clients; an image is fetched for them. */
const WANTED = [
  'og:title',
  'og:description',
  'og:image',
  'og:image:alt',
  'og:site_name',
  'og:type',
  'og:url',
  'og:locale',
  'og:video:type',
  'article:author',
  'article:published_time',
];
/** Where a page speaks to Twitter and search engines alone. */
const INSTEAD: Readonly<Record<string, string>> = {
  'twitter:title': 'og:title',
  'twitter:description': 'og:description',
  'twitter:image': 'og:image',
  'twitter:image:src': 'og:image',
  'twitter:site': 'og:site_name',
  description: 'og:description',
};
const LONGEST_VALUE = 1_000;
/** Text in these is not for reading. */
const SILENT = new Set(['script', 'style', 'noscript', 'svg', 'nav', 'header', 'footer', 'template']);
/** A page without a description is described by its first paragraph of at least so many characters. */
const SHORTEST_PARAGRAPH = 40;

/**
 * Reads what a page says of itself: OpenGraph first, then what is meant for Twitter and search engines, then the title
 * and the first paragraph.
 *
 * @param html may be cut off anywhere.
 */
export function readPage(html: string): PageDescription {
  const found = new Map<string, string>();
  const second = new Map<string, string>();
  let title = '';
  let paragraph = '';
  let firstParagraph: string | undefined;
  const open: string[] = [];
  let silent = 0;
  const note = (into: Map<string, string>, name: string, value: string | undefined): void => {
    const text = tidy(value ?? '');
    if (text !== '' && !into.has(name)) into.set(name, text);
  };
  const parser = new Parser({
    onopentag(name, attributes) {
      open.push(name);
      if (SILENT.has(name)) silent += 1;
      if (name === 'p') paragraph = '';
      if (name !== 'meta') return;
      const property = (attributes.property ?? attributes.name ?? '').trim().toLowerCase();
      if (WANTED.includes(property)) note(found, property, attributes.content);
      const instead = Object.hasOwn(INSTEAD, property) ? INSTEAD[property] : undefined;
      if (instead !== undefined) note(second, instead, attributes.content);
    },
    ontext(text) {
      // An icon may have a title, too.
      if (open.at(-1) === 'title' && silent === 0) title += text;
      else if (silent === 0 && paragraph.length < LONGEST_VALUE) paragraph += text;
    },
    onclosetag(name) {
      open.pop();
      if (SILENT.has(name)) silent -= 1;
      if (name !== 'p' || silent > 0 || firstParagraph !== undefined) return;
      if (tidy(paragraph).length >= SHORTEST_PARAGRAPH) firstParagraph = paragraph;
    },
  });
  parser.write(html);
  parser.end();
  note(second, 'og:title', title);
  note(second, 'og:description', firstParagraph);
  return new Map([...second, ...found]);
}

function tidy(text: string): string {
  const words = text.replaceAll(/\s+/g, ' ').trim();
  return Array.from(words).slice(0, LONGEST_VALUE).join('');
}
