import { expect } from 'chai';
import { htmlToText } from './html-to-text.ts';

describe('htmlToText', () => {
  it('keeps the words and drops the markup', () => {
    expect(htmlToText('a <em>good</em> lamp &amp; a &lt;pot&gt;')).to.equal('a good lamp & a <pot>');
  });

  it('separates what stood on lines of its own', () => {
    expect(htmlToText('<p>one</p><ul><li>two</li><li>three</li></ul>').trim()).to.equal('one two three');
  });

  it('keeps spoilers covered and drops quotes of older messages', () => {
    expect(htmlToText('<mx-reply>old</mx-reply>the end: <span data-mx-spoiler="x">rain</span>')).to.equal(
      'the end: ▮▮▮▮',
    );
  });

  it('decodes entities once', () => {
    expect(htmlToText('&amp;lt;b&amp;gt;')).to.equal('&lt;b&gt;');
  });
});
