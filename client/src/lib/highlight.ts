import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import kotlin from 'highlight.js/lib/languages/kotlin';
import lua from 'highlight.js/lib/languages/lua';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { decodeEntities } from './html/html-to-text.ts';

/** What a piece of code is; `text` is everything that is nothing else. */
export type TokenKind =
  | 'text'
  | 'keyword'
  | 'string'
  | 'number'
  | 'comment'
  | 'name'
  | 'type'
  | 'added'
  | 'removed';

export interface CodeToken {
  readonly kind: TokenKind;
  readonly text: string;
}

const languages = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  go,
  ini,
  java,
  javascript,
  json,
  kotlin,
  lua,
  markdown,
  php,
  python,
  ruby,
  rust,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

/** Longer code than this stays in one colour: reading it would cost a frame. */
const longestCode = 20_000;

/** Reads code as pieces of some kind; undefined when its language is not known here. */
export function highlight(code: string, language: string): readonly CodeToken[] | undefined {
  if (code.length > longestCode || !hljs.getLanguage(language)) return undefined;
  return readTokens(hljs.highlight(code, { language, ignoreIllegals: true }).value);
}

/** Kinds by the library's names of them. */
const kinds: readonly (readonly [RegExp, TokenKind])[] = [
  [/^(keyword|built_in|literal|selector-tag|section|meta)/, 'keyword'],
  [/^(string|regexp|symbol|link|char)/, 'string'],
  [/^(number|bullet|variable\.constant)/, 'number'],
  [/^(comment|quote|doctag)/, 'comment'],
  [/^(title|function|name|attr|attribute|selector-class|selector-id|property)/, 'name'],
  [/^(type|class|tag|template)/, 'type'],
  [/^addition/, 'added'],
  [/^deletion/, 'removed'],
];

/** Takes the library's answer apart: text in nested `span` elements of one class, escaped. */
function readTokens(html: string): readonly CodeToken[] {
  const tokens: CodeToken[] = [];
  const open: TokenKind[] = [];
  for (const [part] of html.matchAll(/<span class="[^"]*">|<\/span>|[^<]+/g)) {
    if (part === '</span>') open.pop();
    else if (part.startsWith('<span')) open.push(readKind(part) ?? open.at(-1) ?? 'text');
    else tokens.push({ kind: open.at(-1) ?? 'text', text: decodeEntities(part) });
  }
  return tokens;
}

function readKind(tag: string): TokenKind | undefined {
  const name = /hljs-([\w-]+)/.exec(tag)?.[1] ?? '';
  return kinds.find(([pattern]) => pattern.test(name))?.[1];
}
