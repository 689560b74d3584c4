import { Marked, type Token, type TokenizerAndRendererExtension } from 'marked';
import { escapeHtml } from '../html/escape.ts';
import { buildMatrixLink, readSafeLink } from '../html/links.ts';

/** A person that a text names with `@name`. */
export interface Mention {
  readonly userId: string;
  readonly name: string;
}

/** A channel that a text names with `#name`. */
export interface ChannelMention {
  readonly channelId: string;
  readonly name: string;
}

/** A picture that stands for `:shortcode:` in a text. */
export interface CustomEmoji {
  readonly shortcode: string;
  readonly mxc: string;
}

/** What a text may name besides what everybody knows. */
export interface Names {
  readonly mentions?: readonly Mention[];
  readonly channels?: readonly ChannelMention[];
  readonly emoji?: readonly CustomEmoji[];
}

/** A text as Matrix sends it: what was typed, and HTML when that says more. */
export interface MatrixText {
  readonly body: string;
  readonly formattedBody: string | undefined;
  readonly mentionedUserIds: readonly string[];
}

const spoiler: TokenizerAndRendererExtension = {
  name: 'spoiler',
  level: 'inline',
  start: (source) => source.indexOf('||'),
  tokenizer(source) {
    const match = /^\|\|(?=\S)([\s\S]*?\S)\|\|/.exec(source);
    if (!match?.[1]) return undefined;
    return { type: 'spoiler', raw: match[0], tokens: this.lexer.inlineTokens(match[1]) };
  },
  renderer(token) {
    return `<span data-mx-spoiler>${this.parser.parseInline(token.tokens ?? [])}</span>`;
  },
};

/** Something that a text names, with its sign, and the HTML that stands for it. */
interface Named {
  readonly text: string;
  readonly html: string;
}

function nameLink(text: string, id: string): Named {
  return { text, html: `<a href="${escapeHtml(buildMatrixLink(id))}">${escapeHtml(text)}</a>` };
}

/** A custom emoji (Matrix 1.19, "Image packs"). */
function nameEmoji({ shortcode, mxc }: CustomEmoji): Named {
  const text = `:${shortcode}:`;
  const name = escapeHtml(text);
  const source = escapeHtml(mxc);
  return { text, html: `<img data-mx-emoticon src="${source}" alt="${name}" title="${name}" height="32">` };
}

/** The names in the text, already resolved. */
function nameExtension(names: readonly Named[]): TokenizerAndRendererExtension {
  // The longest first, so that "@Ada Lovelace" is not taken for "@Ada".
  const known = [...names].sort((a, b) => b.text.length - a.text.length);
  return {
    name: 'name',
    level: 'inline',
    start: (source) => {
      const place = source.search(/[@#:]/);
      return place === -1 ? undefined : place;
    },
    tokenizer(source) {
      const found = known.find(({ text }) => startsWithName(source, text));
      return found && { type: 'name', raw: found.text, named: found };
    },
    renderer(token) {
      return (token.named as Named).html;
    },
  };
}

function startsWithName(source: string, text: string): boolean {
  if (!source.startsWith(text)) return false;
  const next = source.charAt(text.length);
  return next === '' || !/[\p{L}\p{N}_]/u.test(next);
}

function createParser(names: readonly Named[]): Marked {
  return new Marked({
    gfm: true,
    breaks: true,
    extensions: [spoiler, nameExtension(names)],
    tokenizer: {
      // What people type is text, not a document: indented lines, underlined lines, HTML and link definitions stay as typed.
      code: () => undefined,
      lheading: () => undefined,
      html: () => undefined,
      tag: () => undefined,
      def: () => undefined,
      // A `#` with nothing after it is the beginning of a channel's name, not of a title.
      heading: (source) => (/^ {0,3}#{1,6}[ \t]+\S/.test(source) ? false : undefined),
    },
    renderer: {
      link({ href, tokens, text }) {
        const safe = readSafeLink(href);
        const label = this.parser.parseInline(tokens);
        return safe === undefined ? escapeHtml(text) : `<a href="${escapeHtml(safe)}">${label}</a>`;
      },
      image({ href, text }) {
        const safe = readSafeLink(href);
        return safe === undefined
          ? escapeHtml(text)
          : `<a href="${escapeHtml(safe)}">${escapeHtml(text || safe)}</a>`;
      },
      code({ text, lang }) {
        const language = /^[\w+#.-]{1,32}/.exec(lang ?? '')?.[0];
        const attribute = language ? ` class="language-${language}"` : '';
        return `<pre><code${attribute}>${escapeHtml(text)}\n</code></pre>\n`;
      },
    },
  });
}

function listNames({ mentions = [], channels = [], emoji = [] }: Names): readonly Named[] {
  return [
    ...mentions.map(({ userId, name }) => nameLink(`@${name}`, userId)),
    ...channels.map(({ channelId, name }) => nameLink(`#${name}`, channelId)),
    ...emoji.map(nameEmoji),
  ];
}

/** The parts of a text as `convertMarkdown` understands it. */
export function parseMarkdown(body: string, names: Names): readonly Token[] {
  return createParser(listNames(names)).lexer(body);
}

/**
 * Turns what a person typed into the text of a Matrix message (Matrix 1.19, "m.text").
 * `formattedBody` is undefined when the HTML would say nothing that the plain text does not.
 */
export function convertMarkdown(
  typed: string,
  mentions: readonly Mention[] = [],
  channels: readonly ChannelMention[] = [],
  emoji: readonly CustomEmoji[] = [],
): MatrixText {
  const body = typed.trim();
  const parser = createParser(listNames({ mentions, channels, emoji }));
  let html: string;
  try {
    html = (parser.parse(body, { async: false }) as string).trim();
  } catch {
    // The parser goes one call deeper with each quote in a quote, and the stack has an end.
    return { body, formattedBody: undefined, mentionedUserIds: [] };
  }
  const single = html.startsWith('<p>') && html.lastIndexOf('<p>') === 0 && html.endsWith('</p>');
  const formatted = single ? html.slice(3, -4) : html;
  const plain = escapeHtml(body).replace(/\n/g, '<br>');
  return {
    body,
    formattedBody: formatted === plain ? undefined : formatted,
    mentionedUserIds: mentions
      .filter((mention) => formatted.includes(escapeHtml(buildMatrixLink(mention.userId))))
      .map((mention) => mention.userId),
  };
}
