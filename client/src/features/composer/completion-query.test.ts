import { expect } from 'chai';
import { findQuery, insertCompletion, matchPeople } from './completion-query.ts';

const people = [
  { userId: '@zed:hall', name: 'Zed Adams' },
  { userId: '@ada:hall', name: 'Ada' },
  { userId: '@adele:hall', name: 'Bird' },
];

describe('findQuery', () => {
  it('finds what the caret is in', () => {
    expect(findQuery('hi @ad', 6)).to.deep.equal({ sign: '@', start: 3, end: 6, typed: 'ad' });
    expect(findQuery('@', 1)).to.deep.equal({ sign: '@', start: 0, end: 1, typed: '' });
    expect(findQuery('see #ge', 7)).to.deep.equal({ sign: '#', start: 4, end: 7, typed: 'ge' });
    expect(findQuery('so :wav', 7)).to.deep.equal({ sign: ':', start: 3, end: 7, typed: 'wav' });
    expect(findQuery('/to', 3)).to.deep.equal({ sign: '/', start: 0, end: 3, typed: 'to' });
  });

  it('finds none in an address, in another word or after a space', () => {
    for (const text of ['ada@hall', 'hi @ada now', 'plain', 'see: this', ':)', 'either /or', 'https://x'])
      expect(findQuery(text, text.length), text).to.equal(undefined);
  });
});

describe('matchPeople', () => {
  it('puts names before other words and user IDs', () => {
    expect(matchPeople(people, 'AD').map(({ name }) => name)).to.deep.equal(['Ada', 'Zed Adams', 'Bird']);
  });

  it('offers everybody at first, up to a limit', () => {
    expect(matchPeople(people, '', 2)).to.have.length(2);
    expect(matchPeople(people, 'nobody')).to.deep.equal([]);
  });
});

describe('insertCompletion', () => {
  it('replaces what was typed and leaves one space after it', () => {
    const query = { sign: '@', start: 3, end: 6, typed: 'ad' } as const;
    expect(insertCompletion('hi @ad', query, '@Ada')).to.deep.equal({ text: 'hi @Ada ', caret: 8 });
    expect(insertCompletion('hi @ad and Ben', query, '@Ada')).to.deep.equal({
      text: 'hi @Ada and Ben',
      caret: 8,
    });
  });
});
