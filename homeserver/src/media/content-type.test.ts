import { expect } from 'chai';
import { mayShowInline, readContentType } from './content-type.ts';

describe('readContentType', () => {
  for (const type of ['image/png', 'text/plain; charset=utf-8', 'a/b;c="d e"', 'application/vnd.x+json']) {
    it(`keeps ${type}`, () => expect(readContentType(type)).to.equal(type));
  }

  for (const type of [
    undefined,
    '',
    'image',
    'image/',
    'a/b c',
    'a/b\r\nX: y',
    'a/b; c',
    'ä/b',
    `a/${'b'.repeat(300)}`,
  ]) {
    it(`does not keep ${JSON.stringify(type)?.slice(0, 30)}`, () => {
      expect(readContentType(type)).to.equal('application/octet-stream');
    });
  }

  it('needs no time for what is made to take long', () => {
    const started = performance.now();
    readContentType(`a/b${'; a=b'.repeat(45)} !`);
    readContentType(`a/b;${' '.repeat(240)}`);
    expect(performance.now() - started).to.be.below(100);
  });
});

describe('mayShowInline', () => {
  it('lets harmless types be shown, whatever their case and parameters', () => {
    for (const type of ['image/png', 'IMAGE/PNG', 'text/plain; charset=utf-8', 'video/mp4;codecs="a"']) {
      expect(mayShowInline(type), type).to.equal(true);
    }
  });

  it('lets nothing be shown that may run or is unknown', () => {
    for (const type of [
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'application/pdf',
      'text/xml',
      '',
    ]) {
      expect(mayShowInline(type), type).to.equal(false);
    }
  });
});
