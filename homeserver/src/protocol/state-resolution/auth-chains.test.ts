import { expect } from 'chai';
import { makePdu } from '../fixtures.ts';
import { authDifferenceOf, conflictedSubgraphOf } from './auth-chains.ts';

/** Events by what they cite: e is based on c and d, and so on. */
const GRAPH: Record<string, string[]> = {
  a: [],
  b: ['a'],
  c: ['b'],
  d: ['b'],
  e: ['c', 'd'],
  f: ['a'],
  g: ['gone', 'f'],
};

async function loadEvents(eventIds: readonly string[]) {
  const known = eventIds.filter((eventId) => Object.hasOwn(GRAPH, eventId));
  return new Map(
    known.map((eventId) => {
      const pdu = { ...makePdu({ auth_events: GRAPH[eventId] ?? [] }), state_key: '' };
      return [eventId, { eventId, pdu, rejected: false }] as const;
    }),
  );
}

describe('auth chains', () => {
  it('differ by what is not in all of them', async () => {
    const difference = await authDifferenceOf([new Set(['e']), new Set(['d', 'f'])], loadEvents);
    expect([...difference].sort()).to.deep.equal(['c', 'e', 'f']);
  });

  it('do not differ between equal states, or where events are missing in all', async () => {
    expect([...(await authDifferenceOf([new Set(['e']), new Set(['e'])], loadEvents))]).to.deep.equal([]);
    expect([...(await authDifferenceOf([new Set(['g']), new Set(['g', 'gone'])], loadEvents))]).to.deep.equal(
      [],
    );
  });

  it('connect conflicted events by every path between them', async () => {
    const subgraph = async (...conflicted: string[]) =>
      [...(await conflictedSubgraphOf(new Set(conflicted), loadEvents))].sort();
    expect(await subgraph('e', 'b')).to.deep.equal(['b', 'c', 'd', 'e']);
    expect(await subgraph('e', 'f')).to.deep.equal(['e', 'f']);
    expect(await subgraph('c', 'd', 'a')).to.deep.equal(['a', 'b', 'c', 'd']);
    expect(await subgraph('g', 'gone')).to.deep.equal(['g']);
  });
});
