import { expect } from 'chai';
import fc from 'fast-check';
import {
  arrangeRail,
  moveBefore,
  moveBy,
  parseRail,
  putTogether,
  type RailItem,
  renameFolder,
  takeOut,
} from './rail.ts';

const guild = (guildId: string): RailItem => ({ kind: 'guild', guildId });
const folder = (folderId: string, ...guildIds: string[]): RailItem => {
  return { kind: 'folder', folderId, name: 'Games', guildIds };
};
const made = { folderId: 'f', name: 'Games' };

describe('the rail', () => {
  it('shows the guilds that we are in, new ones last', () => {
    const rail = parseRail({
      items: [guild('b'), folder('f', 'gone', 'a'), folder('g', 'gone'), guild('gone')],
    });
    expect(arrangeRail(rail, ['a', 'b', 'c'])).to.deep.equal([guild('b'), folder('f', 'a'), guild('c')]);
  });

  it('reads what it understands', () => {
    expect(parseRail('x')).to.deep.equal({ items: [] });
    expect(parseRail({ items: [7, { kind: 'guild' }, { kind: 'folder', guildIds: 1 }] })).to.deep.equal({
      items: [],
    });
  });

  it('moves guilds and folders by one, and guilds within their folder', () => {
    const items = [guild('a'), folder('f', 'b', 'c'), guild('d')];
    expect(moveBy(items, 'f', -1)).to.deep.equal([folder('f', 'b', 'c'), guild('a'), guild('d')]);
    expect(moveBy(items, 'c', -1)).to.deep.equal([guild('a'), folder('f', 'c', 'b'), guild('d')]);
    expect(moveBy(items, 'a', -1)).to.deep.equal(items);
    expect(moveBy(items, 'd', 1)).to.deep.equal(items);
  });

  it('puts guilds together and takes them apart', () => {
    expect(putTogether([guild('a'), guild('b')], 'b', 'a', made)).to.deep.equal([folder('f', 'a', 'b')]);
    expect(putTogether([folder('f', 'a'), guild('b')], 'b', 'f', made)).to.deep.equal([
      folder('f', 'a', 'b'),
    ]);
    expect(takeOut([folder('f', 'a', 'b'), guild('c')], 'b')).to.deep.equal([
      folder('f', 'a'),
      guild('b'),
      guild('c'),
    ]);
    expect(takeOut([folder('f', 'a')], 'a')).to.deep.equal([guild('a')]);
    expect(renameFolder([folder('f', 'a')], 'f', 'Work')).to.deep.equal([
      { ...folder('f', 'a'), name: 'Work' },
    ]);
  });

  it('never loses a guild nor has one twice', () => {
    const ids = ['a', 'b', 'c', 'd', 'f'];
    const id = fc.constantFrom(...ids);
    const listed = (items: readonly RailItem[]): readonly string[] =>
      items.flatMap((item) => (item.kind === 'guild' ? [item.guildId] : item.guildIds)).sort();
    const step = fc.record({ kind: fc.constantFrom('by', 'before', 'together', 'out'), id, other: id });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let items: readonly RailItem[] = arrangeRail(parseRail({}), ['a', 'b', 'c', 'd']);
        for (const { kind, id: moved, other } of steps) {
          const isFolder = moved === 'f';
          if (isFolder && !items.some((item) => item.kind === 'folder')) continue;
          if (kind === 'by') items = moveBy(items, moved, 1);
          else if (kind === 'before') items = moveBefore(items, moved, other);
          else if (kind === 'out' && !isFolder) items = takeOut(items, moved);
          else if (kind === 'together' && !isFolder) items = putTogether(items, moved, other, made);
          items = arrangeRail({ items }, ['a', 'b', 'c', 'd']);
          expect(listed(items)).to.deep.equal(['a', 'b', 'c', 'd']);
        }
      }),
    );
  });
});
