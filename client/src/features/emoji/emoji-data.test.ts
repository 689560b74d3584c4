import { expect } from 'chai';
import { readEmojiGroups, searchEmoji } from './emoji-data.ts';

const groups = readEmojiGroups([
  { group: 4, order: 2, unicode: '🍕', label: 'pizza', tags: ['cheese', 'slice'] },
  { group: 0, order: 5, unicode: '😂', label: 'face with tears of joy', tags: ['laugh'] },
  { group: 0, order: 1, unicode: '😀', label: 'grinning face', tags: ['grin'] },
  { group: 2, unicode: '🏻', label: 'light skin tone' },
  { unicode: '🇦', label: 'regional indicator A' },
  'nonsense',
]);

describe('readEmojiGroups', () => {
  it('keeps whole emoji in the order of their groups', () => {
    expect(groups.map(({ name, emoji }) => [name, ...emoji.map((entry) => entry.emoji)])).to.deep.equal([
      ['emoji.smileys', '😀', '😂'],
      ['emoji.food', '🍕'],
    ]);
  });
});

describe('searchEmoji', () => {
  const search = (typed: string): string[] => searchEmoji(groups, typed).map((entry) => entry.emoji);

  it('finds words of the name and beginnings of tags, names first', () => {
    expect(search('Tears')).to.deep.equal(['😂']);
    expect(search('che')).to.deep.equal(['🍕']);
    expect(search('gri')).to.deep.equal(['😀']);
  });

  it('finds nothing for nothing', () => {
    expect(search('  ')).to.deep.equal([]);
    expect(search('xyz')).to.deep.equal([]);
  });
});
