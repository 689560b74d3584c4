import { expect } from 'chai';
import { RecentMap } from './recent-map.ts';

describe('RecentMap', () => {
  it('forgets what was used least recently', () => {
    const map = new RecentMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([...map.entries()]).to.deep.equal([
      ['a', 1],
      ['c', 3],
    ]);
  });

  it('replaces a value without forgetting another', () => {
    const map = new RecentMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect(map.size).to.equal(2);
    expect(map.get('a')).to.equal(3);
    expect(map.get('b')).to.equal(2);
  });

  it('holds no more than its limit, and the newer half at least', () => {
    const map = new RecentMap<number, number>(10);
    for (let key = 0; key < 100; key += 1) {
      map.set(key, key);
      expect(map.size).to.be.at.most(10);
      for (let recent = Math.max(0, key - 4); recent <= key; recent += 1) {
        expect([...map.entries()].some(([kept]) => kept === recent)).to.equal(true);
      }
    }
  });

  it('gives back nothing that was deleted', () => {
    const map = new RecentMap<string, number>(2);
    map.set('a', 1);
    map.delete('a');
    expect(map.get('a')).to.equal(undefined);
    expect(map.size).to.equal(0);
  });
});
