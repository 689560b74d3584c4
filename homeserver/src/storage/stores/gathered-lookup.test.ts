import { expect } from 'chai';
import { GatheredLookup } from './gathered-lookup.ts';

describe('A gathered lookup', () => {
  it('asks once for all that is asked in one turn, and gives each its own', async () => {
    const queries: string[][] = [];
    const lookup = new GatheredLookup<string, string>(async (keys) => {
      queries.push([...keys]);
      return new Map(keys.flatMap((key, index) => (key === 'none' ? [] : [[index, `${key}!`] as const])));
    });
    const found = await Promise.all(['a', 'none', 'b', 'a'].map((key) => lookup.find(key)));
    expect(found).to.deep.equal(['a!', undefined, 'b!', 'a!']);
    expect(await lookup.find('c')).to.equal('c!');
    expect(queries).to.deep.equal([['a', 'none', 'b', 'a'], ['c']]);
  });

  it('does not make those who come later wait for an answer that is under way', async () => {
    const finish: (() => void)[] = [];
    const lookup = new GatheredLookup<number, number>(
      (keys) => new Promise((resolve) => finish.push(() => resolve(new Map([[0, keys[0] ?? 0]])))),
    );
    const first = lookup.find(1);
    await new Promise(setImmediate);
    const second = lookup.find(2);
    await new Promise(setImmediate);
    finish[1]?.();
    expect(await second).to.equal(2);
    finish[0]?.();
    expect(await first).to.equal(1);
  });

  it('fails all that were asked together, and nobody after them', async () => {
    let attempts = 0;
    const lookup = new GatheredLookup<number, number>(async (keys) => {
      attempts += 1;
      if (attempts === 1) throw new Error('no database');
      return new Map(keys.map((key, index) => [index, key]));
    });
    const failed = await Promise.allSettled([lookup.find(1), lookup.find(2)]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(await lookup.find(3)).to.equal(3);
  });
});
