import { createElement, type ReactNode } from 'react';
import { readMentionedUser, readSafeLink } from './links.ts';

/** The part of the DOM that is read here; small, so that tests need no browser. */
export interface HtmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: ArrayLike<HtmlNode>;
  getAttribute?(name: string): string | null;
}

/** How the parts of a message that are more than a plain element are shown. */
export interface HtmlComponents {
  link(key: string, href: string, children: ReactNode): ReactNode;
  mention(key: string, userId: string, children: ReactNode): ReactNode;
  spoiler(key: string, reason: string, children: ReactNode): ReactNode;
  codeBlock(key: string, code: string, language: string | undefined): ReactNode;
  image(key: string, mxc: string, alt: string, isEmoticon: boolean): ReactNode;
}

const elementNode = 1;
const textNode = 3;

/** How deep elements may nest before the rest is left out (Matrix 1.19 recommends 100). */
const maximumDepth = 100;

/** Elements that keep their name and their children and lose every attribute (Matrix 1.19, "m.room.message msgtypes"). */
const plainElements = new Set(
  (
    'del h1 h2 h3 h4 h5 h6 blockquote p ul sup sub li b i u strong em s code ' +
    'table thead tbody tr th td caption details summary div'
  ).split(' '),
);

const voidElements = new Set(['hr', 'br']);

/** Elements whose text is not meant to be read either: a reply fallback repeats what is shown above the message. */
const dropped = new Set([
  'mx-reply',
  'script',
  'style',
  'template',
  'noscript',
  'iframe',
  'object',
  'svg',
  'math',
]);

/**
 * Turns a message's HTML into React elements of our own making.
 * Only the specification's elements are made and no attribute is ever copied, so nothing that an author writes reaches the
 * page as markup; unknown elements leave their text. `data-mx-color` and its like are left out on purpose: colours that a
 * stranger chose do not keep the contrast that a theme promises.
 */
export function renderHtml(root: HtmlNode, components: HtmlComponents): ReactNode[] {
  return renderChildren(root, components, '', 0);
}

function renderChildren(
  node: HtmlNode,
  components: HtmlComponents,
  path: string,
  depth: number,
): ReactNode[] {
  if (depth > maximumDepth) return [];
  const rendered: ReactNode[] = [];
  for (let index = 0; index < node.childNodes.length; index += 1) {
    const child = node.childNodes[index];
    if (child) rendered.push(renderNode(child, components, `${path}.${index}`, depth));
  }
  return rendered;
}

function renderNode(node: HtmlNode, components: HtmlComponents, key: string, depth: number): ReactNode {
  if (node.nodeType === textNode) return node.textContent;
  if (node.nodeType !== elementNode) return null;
  const name = node.nodeName.toLowerCase();
  if (dropped.has(name)) return null;
  if (voidElements.has(name)) return createElement(name, { key });
  if (name === 'pre') return renderCodeBlock(node, components, key);
  if (name === 'img') return renderImage(node, components, key);
  const children = renderChildren(node, components, key, depth + 1);
  if (plainElements.has(name)) return createElement(name, { key }, ...children);
  if (name === 'strike') return createElement('s', { key }, ...children);
  if (name === 'ol') return createElement('ol', { key, start: readStart(node) }, ...children);
  if (name === 'a') return renderLink(node, components, key, children);
  if (name === 'span') return renderSpan(node, components, key, children);
  return createElement('span', { key }, ...children);
}

function renderLink(
  node: HtmlNode,
  components: HtmlComponents,
  key: string,
  children: ReactNode[],
): ReactNode {
  const href = readSafeLink(readAttribute(node, 'href') ?? '');
  if (href === undefined) return createElement('span', { key }, ...children);
  const userId = readMentionedUser(href);
  return userId === undefined
    ? components.link(key, href, children)
    : components.mention(key, userId, children);
}

function renderSpan(
  node: HtmlNode,
  components: HtmlComponents,
  key: string,
  children: ReactNode[],
): ReactNode {
  const reason = readAttribute(node, 'data-mx-spoiler');
  return reason === undefined
    ? createElement('span', { key }, ...children)
    : components.spoiler(key, reason, children);
}

function renderCodeBlock(node: HtmlNode, components: HtmlComponents, key: string): ReactNode {
  const first = node.childNodes[0];
  const inner = first?.nodeName.toLowerCase() === 'code' ? first : node;
  const language = /\blanguage-([\w+#.-]{1,32})/.exec(readAttribute(inner, 'class') ?? '')?.[1];
  return components.codeBlock(key, (node.textContent ?? '').replace(/\n$/, ''), language);
}

function renderImage(node: HtmlNode, components: HtmlComponents, key: string): ReactNode {
  const source = readAttribute(node, 'src') ?? '';
  const alt = readAttribute(node, 'alt') ?? readAttribute(node, 'title') ?? '';
  if (!/^mxc:\/\/[^/\s]+\/[\w-]+$/.test(source)) return alt;
  return components.image(key, source, alt, readAttribute(node, 'data-mx-emoticon') !== undefined);
}

function readStart(node: HtmlNode): number {
  const start = Number.parseInt(readAttribute(node, 'start') ?? '', 10);
  return Number.isSafeInteger(start) ? start : 1;
}

function readAttribute(node: HtmlNode, name: string): string | undefined {
  return node.getAttribute?.(name) ?? undefined;
}
