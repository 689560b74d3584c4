import { expect } from 'chai';
import fc from 'fast-check';
import { decodePage } from './decode-page.ts';
import { readPage } from './read-page.ts';

const read = (html: string): Record<string, string> => Object.fromEntries(readPage(html));

describe('readPage', () => {
  it('prefers what a page says in OpenGraph to everything else', () => {
    const html = `<html><head><title>Plain</title>
      <meta name="twitter:title" content="For Twitter"><meta name="description" content="For engines">
      <meta property="og:title" content=" The  &quot;Lantern&quot; "><meta property="og:type" content="article">
      <meta property="og:image" content="/a.png"></head></html>`;
    expect(read(html)).to.deep.equal({
      'og:title': 'The "Lantern"',
      'og:description': 'For engines',
      'og:type': 'article',
      'og:image': '/a.png',
    });
  });

  it('falls back on the title and the first paragraph that says something', () => {
    const html = `<title>News &amp; more</title><svg><title>icon</title></svg><nav><p>${'menu '.repeat(20)}</p></nav>
      <script>var p = "<p>no</p>"</script><p>Short.</p><p>Here is <b>what happened</b> in the harbour this morning.</p>`;
    expect(read(html)).to.deep.equal({
      'og:title': 'News & more',
      'og:description': 'Here is what happened in the harbour this morning.',
    });
  });

  it('reads a page that is cut off, or no page at all', () => {
    expect(read('<head><title>Cut')).to.deep.equal({ 'og:title': 'Cut' });
    expect(read('')).to.deep.equal({});
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const value of readPage(`<title>x</title><p>${text}`).values()) {
          expect(Array.from(value)).to.have.length.at.most(1_000);
        }
      }),
    );
  });
});

describe('decodePage', () => {
  it('goes by the answer, then by the page, then takes it for UTF-8', () => {
    const latin = Buffer.from('<title>Gr\xfc\xdfe</title>', 'latin1');
    expect(decodePage(latin, 'text/html; charset="ISO-8859-1"')).to.include('Grüße');
    const saying = Buffer.concat([Buffer.from('<meta charset=windows-1251>'), Buffer.from([0xcf, 0xf0])]);
    expect(decodePage(saying, 'text/html')).to.include('Пр');
    expect(decodePage(Buffer.from('Grüße'), 'text/html; charset=nonsense')).to.equal('Grüße');
  });
});
