import { expect } from 'chai';
import { IdAllocator } from './id-allocator.ts';

describe('IdAllocator', () => {
  it('gives each id once, also to many who ask where a block ends', async () => {
    let reserved = 1;
    const reserve = async (_counter: string, count: number): Promise<number> => {
      const first = reserved;
      reserved += count;
      await new Promise(setImmediate);
      return first;
    };
    const allocator = new IdAllocator({ reserve }, 'event');
    const ids = await Promise.all(Array.from({ length: 10_000 }, () => allocator.next()));
    expect(new Set(ids).size).to.equal(10_000);
    expect(ids).to.deep.equal(ids.toSorted((one, other) => one - other));
    expect(reserved).to.be.below(10_000 + 2 * 4096);
  });
});
