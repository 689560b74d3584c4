import { expect } from 'chai';
import { linkify } from './linkify.ts';

function links(text: string): string[] {
  return linkify(text).flatMap((part) => (part.type === 'link' ? [part.text] : []));
}

describe('linkify', () => {
  it('finds addresses and keeps the text around them', () => {
    expect(linkify('see https://matrix.org now')).to.deep.equal([
      { type: 'text', start: 0, text: 'see ' },
      { type: 'link', start: 4, text: 'https://matrix.org', href: 'https://matrix.org/' },
      { type: 'text', start: 22, text: ' now' },
    ]);
  });

  it('leaves punctuation to the sentence', () => {
    expect(links('Is it https://a.example/x? Or (https://b.example)...')).to.deep.equal([
      'https://a.example/x',
      'https://b.example',
    ]);
  });

  it('keeps brackets that belong to the address', () => {
    expect(links('https://en.wikipedia.org/wiki/Arch_(disambiguation)')).to.deep.equal([
      'https://en.wikipedia.org/wiki/Arch_(disambiguation)',
    ]);
  });

  it('finds nothing where there is nothing', () => {
    expect(linkify('plain text')).to.deep.equal([{ type: 'text', start: 0, text: 'plain text' }]);
    expect(linkify('')).to.deep.equal([]);
    expect(links('javascript:steal() and http://')).to.deep.equal([]);
  });
});
