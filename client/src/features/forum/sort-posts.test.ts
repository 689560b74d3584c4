import { expect } from 'chai';
import type { ForumPost, Message } from '../../matrix/types.ts';
import { sortPosts } from './sort-posts.ts';

function makePost(eventId: string, timestamp: number, activeAt: number, ...tagIds: string[]): ForumPost {
  const message = { eventId, timestamp } as Message;
  return { message, title: eventId, excerpt: '', tagIds, activeAt };
}

describe('sortPosts', () => {
  const posts = [makePost('old', 1, 9, 'a'), makePost('mid', 2, 2, 'b'), makePost('new', 3, 3, 'a', 'b')];
  const show = (...args: [Parameters<typeof sortPosts>[1], string[]]): string[] =>
    sortPosts(posts, args[0], new Set(args[1])).map(({ title }) => title);

  it('puts what was answered last first, or what was made last', () => {
    expect(show('activity', [])).to.deep.equal(['old', 'new', 'mid']);
    expect(show('creation', [])).to.deep.equal(['new', 'mid', 'old']);
  });

  it('keeps those that have one of the chosen tags', () => {
    expect(show('creation', ['a'])).to.deep.equal(['new', 'old']);
    expect(show('creation', ['a', 'b'])).to.deep.equal(['new', 'mid', 'old']);
    expect(show('creation', ['c'])).to.deep.equal([]);
  });
});
