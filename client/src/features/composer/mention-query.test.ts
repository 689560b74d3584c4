import { expect } from 'chai';
import { findMentionQuery, insertMention, matchPeople } from './mention-query.ts';

const people = [
  { userId: '@zed:hall', name: 'Zed Adams' },
  { userId: '@ada:hall', name: 'Ada' },
  { userId: '@adele:hall', name: 'Bird' },
];

describe('findMentionQuery', () => {
  it('finds the name that the caret is in', () => {
    expect(findMentionQuery('hi @ad', 6)).to.deep.equal({ start: 3, end: 6, typed: 'ad' });
    expect(findMentionQuery('@', 1)).to.deep.equal({ start: 0, end: 1, typed: '' });
  });

  it('finds none in an address, in another word or after a space', () => {
    expect(findMentionQuery('ada@hall', 8)).to.equal(undefined);
    expect(findMentionQuery('hi @ada now', 11)).to.equal(undefined);
    expect(findMentionQuery('plain', 5)).to.equal(undefined);
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

describe('insertMention', () => {
  it('replaces what was typed and leaves one space after the name', () => {
    const query = { start: 3, end: 6, typed: 'ad' };
    expect(insertMention('hi @ad', query, 'Ada')).to.deep.equal({ text: 'hi @Ada ', caret: 8 });
    expect(insertMention('hi @ad and Ben', query, 'Ada')).to.deep.equal({
      text: 'hi @Ada and Ben',
      caret: 8,
    });
  });
});
