import { expect } from 'chai';
import {
  addFilter,
  buildQuery,
  type FilterWords,
  markWords,
  matchFilters,
  readDay,
  readOpenFilter,
  type SearchFilter,
  writeDay,
} from './query.ts';

const english: FilterWords = { from: 'from', in: 'in', has: 'has', before: 'before', after: 'after' };
const russian: FilterWords = { from: 'от', in: 'в', has: 'есть', before: 'до', after: 'после' };

const ada: SearchFilter = { kind: 'from', value: '@ada:hall', name: 'Ada Marten' };
const marta: SearchFilter = { kind: 'from', value: '@m:hall', name: 'Marta' };
const maps: SearchFilter = { kind: 'in', value: '!maps', name: 'old-maps' };

describe('readOpenFilter', () => {
  it('reads the filter at the end, and what stands before it', () => {
    expect(readOpenFilter('lamp from:ad', english)).to.deep.equal({
      kind: 'from',
      typed: 'ad',
      rest: 'lamp ',
    });
    expect(readOpenFilter('has:', english)).to.deep.equal({ kind: 'has', typed: '', rest: '' });
  });

  it('knows the words of the reader beside the English ones', () => {
    expect(readOpenFilter('от:Ада', russian)?.kind).to.equal('from');
    expect(readOpenFilter('from:Ада', russian)?.kind).to.equal('from');
    expect(readOpenFilter('от:Ада', english)).to.equal(undefined);
  });

  it('leaves alone what is no filter', () => {
    for (const text of ['', 'from', 'https://x', 'from:ada then'])
      expect(readOpenFilter(text, english), text).to.equal(undefined);
  });
});

describe('matchFilters', () => {
  const match = (typed: string): readonly SearchFilter[] =>
    matchFilters([ada, marta, maps], { kind: 'from', typed, rest: '' });

  it('finds people by a part of their name or ID, those that begin so first', () => {
    expect(match('mart')).to.deep.equal([marta, ada]);
    expect(match('ADA')).to.deep.equal([ada]);
    expect(match('zoe')).to.deep.equal([]);
  });
});

describe('addFilter', () => {
  it('keeps several people, but one date of each kind', () => {
    const may: SearchFilter = { kind: 'before', value: '2026-05-01', name: '2026-05-01' };
    const june: SearchFilter = { kind: 'before', value: '2026-06-01', name: '2026-06-01' };
    expect(addFilter([ada], marta)).to.deep.equal([ada, marta]);
    expect(addFilter([ada, marta], ada)).to.deep.equal([marta, ada]);
    expect(addFilter([may], june)).to.deep.equal([june]);
  });
});

describe('buildQuery', () => {
  it('searches the given channels unless some are named', () => {
    expect(buildQuery(' lamp ', [ada], ['!a', '!b'])).to.deep.include({
      words: 'lamp',
      channelIds: ['!a', '!b'],
      senders: ['@ada:hall'],
    });
    expect(buildQuery('lamp', [maps], ['!a', '!b']).channelIds).to.deep.equal(['!maps']);
  });

  it('takes days as they begin where the reader is', () => {
    const { before, after } = buildQuery(
      'lamp',
      [
        { kind: 'after', value: '2026-03-14', name: '' },
        { kind: 'before', value: '2026-03-15', name: '' },
      ],
      [],
    );
    expect(after).to.equal(new Date(2026, 2, 14).getTime());
    expect(before).to.equal(new Date(2026, 2, 15).getTime());
  });
});

describe('readDay', () => {
  it('takes real dates only, and reads what writeDay writes', () => {
    expect(readDay('2026-13-01')).to.equal(undefined);
    expect(readDay('yesterday')).to.equal(undefined);
    const day = new Date(2026, 0, 5, 17).getTime();
    expect(writeDay(day)).to.equal('2026-01-05');
    expect(readDay(writeDay(day))).to.equal(new Date(2026, 0, 5).getTime());
  });
});

describe('markWords', () => {
  const marked = (text: string, words: readonly string[]): readonly string[] =>
    markWords(text, words)
      .filter(({ isMarked }) => isMarked)
      .map((piece) => piece.text);

  it('marks words by their beginning, in any case and script', () => {
    expect(marked('Lamps by the lamp, no clamp', ['lamp'])).to.deep.equal(['Lamp', 'lamp']);
    expect(marked('Фонарь у фонаря', ['фонар'])).to.deep.equal(['Фонар', 'фонар']);
  });

  it('loses nothing of the text, whatever was searched for', () => {
    const text = 'a+b (c) a+b';
    expect(
      markWords(text, ['a+b', '('])
        .map((piece) => piece.text)
        .join(''),
    ).to.equal(text);
    expect(markWords(text, [])).to.deep.equal([{ text, isMarked: false }]);
  });
});
