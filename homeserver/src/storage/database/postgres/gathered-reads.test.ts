import { expect } from 'chai';
import { defineGatheredQuery, defineQueryForMany, type Query, type QueryValue } from '../sql.ts';
import { GatheredReads } from './gathered-reads.ts';

interface Row {
  readonly nid: number;
  readonly of: string;
}

const query = defineGatheredQuery<[string, number[]], Row>(
  'SELECT nid, owner AS "of" FROM things WHERE owner = ? AND nid = ANY(?:bigint[])',
  { parameter: 1, column: 'nid' },
);
const list = { parameter: 1, column: 'nid' };

describe('gathered reads', () => {
  let runs: QueryValue[][];
  let reads: GatheredReads;
  beforeEach(() => {
    runs = [];
    reads = new GatheredReads(async <P extends readonly QueryValue[], R>(_query: Query<P, R>, params: P) => {
      runs.push([...params]);
      const [of, nids] = params as unknown as [string, number[]];
      if (of === 'broken') throw new Error('the database is gone');
      return nids.filter((nid) => nid < 10).map((nid) => ({ nid, of })) as R[];
    });
  });

  it('put together what is asked at once, and give everybody their own', async () => {
    const answers = await Promise.all([
      reads.all(query, ['a', [1, 2]], list),
      reads.all(query, ['a', [2, 3, 2]], list),
      reads.all(query, ['a', [11]], list),
    ]);
    expect(runs).to.deep.equal([['a', [1, 2, 3, 11]]]);
    expect(answers.map((rows) => rows.map(({ nid }) => nid))).to.deep.equal([[1, 2], [2, 3], []]);
  });

  it('keep apart what differs in anything but the list', async () => {
    const [ofA, ofB] = await Promise.all([
      reads.all(query, ['a', [1]], list),
      reads.all(query, ['b', [1]], list),
    ]);
    expect([ofA, ofB]).to.deep.equal([[{ nid: 1, of: 'a' }], [{ nid: 1, of: 'b' }]]);
    expect(runs).to.have.length(2);
  });

  it('ask anew later, and fail for all who asked', async () => {
    await reads.all(query, ['a', [1]], list);
    await reads.all(query, ['a', [1]], list);
    expect(runs).to.have.length(2);
    const both = await Promise.allSettled([1, 2].map((nid) => reads.all(query, ['broken', [nid]], list)));
    expect(both.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
  });

  it('ask for lists of each parameter where there is no list, and plainly for one alone', async () => {
    const newest = defineQueryForMany<[number, number], { nid: number }>(
      'SELECT nid FROM things WHERE room = ? AND nid <= ?',
    );
    const texts: string[] = [];
    const each = new GatheredReads(
      async <P extends readonly QueryValue[], R>(asked: Query<P, R>, params: P) => {
        texts.push(asked.text.postgres);
        const [rooms] = params;
        const found = Array.isArray(rooms)
          ? rooms.map((room, index) => ({ at: index + 1, nid: room * 10 }))
          : [];
        return found.reverse() as R[];
      },
    );
    const forMany = newest.forMany ?? '';
    const answers = await Promise.all([1, 2].map((room) => each.each(newest, [room, 9], forMany)));
    expect(answers.map((rows) => rows.map(({ nid }) => nid))).to.deep.equal([[10], [20]]);
    await each.each(newest, [3, 9], forMany);
    expect(texts).to.deep.equal([forMany, newest.text.postgres]);
    expect(forMany)
      .to.contain('room = one.p1 AND nid <= one.p2')
      .and.contain('unnest($1::bigint[], $2::bigint[])');
  });
});
