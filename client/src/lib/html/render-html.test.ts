import { expect } from 'chai';
import { createElement, isValidElement, type ReactElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { type HtmlComponents, type HtmlNode, renderHtml } from './render-html.ts';

type Child = HtmlNode | string;

function text(value: string): HtmlNode {
  return { nodeType: 3, nodeName: '#text', textContent: value, childNodes: [] };
}

function element(name: string, attributes: Record<string, string>, ...children: Child[]): HtmlNode {
  const childNodes = children.map((child) => (typeof child === 'string' ? text(child) : child));
  return {
    nodeType: 1,
    nodeName: name.toUpperCase(),
    textContent: childNodes.map((child) => child.textContent).join(''),
    childNodes,
    getAttribute: (attribute) => attributes[attribute] ?? null,
  };
}

const components: HtmlComponents = {
  link: (key, href, children) => createElement('a', { key, href }, children),
  mention: (key, userId, children) => createElement('mark', { key, title: userId }, children),
  spoiler: (key, reason, children) => createElement('details', { key, title: reason }, children),
  codeBlock: (key, code, language) => createElement('pre', { key, lang: language }, code),
  image: (key, mxc, alt) => createElement('img', { key, src: mxc, alt }),
};

function render(...children: Child[]): string {
  const nodes: ReactNode[] = renderHtml(element('body', {}, ...children), components);
  return renderToStaticMarkup(createElement('main', null, ...nodes)).replace(/^<main>|<\/main>$/g, '');
}

describe('renderHtml', () => {
  it('keeps the elements of the specification and drops every attribute', () => {
    expect(
      render(element('strong', { onclick: 'steal()', style: 'position:fixed' }, 'bold'), ' text'),
    ).to.equal('<strong>bold</strong> text');
  });

  it('drops scripts and reply fallbacks together with their text', () => {
    expect(
      render(element('script', {}, 'steal()'), element('mx-reply', {}, 'In reply to'), 'hello'),
    ).to.equal('hello');
  });

  it('keeps the text of elements it does not know', () => {
    expect(render(element('marquee', {}, 'hello'))).to.equal('<span>hello</span>');
  });

  it('shows text that looks like markup as text', () => {
    expect(render('<img src=x onerror=steal()>')).to.equal('&lt;img src=x onerror=steal()&gt;');
  });

  it('follows only links with a permitted scheme', () => {
    expect(render(element('a', { href: 'https://matrix.org/' }, 'Matrix'))).to.equal(
      '<a href="https://matrix.org/">Matrix</a>',
    );
    for (const href of ['javascript:steal()', ' JaVaScRiPt:steal()', 'data:text/html,x', '/relative', '']) {
      expect(render(element('a', { href }, 'text')), href).to.equal('<span>text</span>');
    }
  });

  it('turns a matrix.to link of a user into a mention', () => {
    expect(render(element('a', { href: 'https://matrix.to/#/%40ada%3Ahall' }, 'Ada'))).to.equal(
      '<mark title="@ada:hall">Ada</mark>',
    );
  });

  it('shows a spoiler with its reason', () => {
    expect(render(element('span', { 'data-mx-spoiler': 'the end' }, 'it rains'))).to.equal(
      '<details title="the end">it rains</details>',
    );
  });

  it('reads the language of a code block and keeps its text as it is', () => {
    const code = element('code', { class: 'language-ts' }, 'a < b\n');
    expect(render(element('pre', {}, code))).to.equal('<pre lang="ts">a &lt; b</pre>');
  });

  it('loads images from the media repository only', () => {
    expect(render(element('img', { src: 'https://tracker.example/x.png', alt: 'cat' }))).to.equal('cat');
    expect(render(element('img', { src: 'mxc://hall/abc', alt: 'cat' }))).to.contain('src="mxc://hall/abc"');
  });

  it('stops at a depth of a hundred', () => {
    let nested: HtmlNode = element('b', {}, 'deep');
    for (let depth = 0; depth < 150; depth += 1) nested = element('b', {}, nested);
    const [first] = renderHtml(element('body', {}, nested), components);
    let depth = 0;
    for (let node: ReactNode = first; isValidElement(node); depth += 1) {
      node = (node as ReactElement<{ children?: ReactNode }>).props.children;
    }
    expect(depth).to.be.within(99, 102);
  });
});
