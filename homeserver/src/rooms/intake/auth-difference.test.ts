import { expect } from 'chai';
import fc from 'fast-check';
import { makePdu } from '../../protocol/fixtures.ts';
import { authDifferenceOf } from '../../protocol/state-resolution/index.ts';
import { EventStatus, type StoredEvent } from '../../storage/index.ts';
import { type AuthGraph, authDifference } from './auth-difference.ts';

/** What each event of a graph names, and of which of three states it is a part. */
const graphs = fc
  .array(
    fc.record({
      named: fc.array(fc.nat(), { maxLength: 4 }),
      states: fc.constantFrom('', '', '', 'abc', 'abc', 'a', 'b', 'c', 'ab', 'bc'),
    }),
    { minLength: 2, maxLength: 40 },
  )
  .map((rows) =>
    rows.map(({ named, states }, nid) => ({
      states,
      // Far back or near by: both have to be found.
      named: nid === 0 ? [] : [...new Set(named.map((pick) => (pick % 2 === 0 ? pick % nid : nid - 1)))],
    })),
  );

describe('the auth difference', () => {
  for (const [how, isLarge] of [
    ['by what is high enough', false],
    ['by all of the state, in a room where much is high', true],
  ] as const) {
    it(`is what walking every chain finds, ${how}`, async () => {
      await fc.assert(
        fc.asyncProperty(graphs, async (rows) => {
          const events = rows.map(({ named }, nid) => eventOf(nid, named));
          const byId = new Map(events.map((event) => [event.eventId, event]));
          const agreed = events.filter(({ nid }) => rows[nid]?.states === 'abc');
          const states = ['a', 'b', 'c'].map(
            (state) =>
              new Set(
                events.filter(({ nid }) => rows[nid]?.states.includes(state)).map(({ eventId }) => eventId),
              ),
          );
          const agreedIds = new Set(agreed.map(({ eventId }) => eventId));
          const disagreed = states.map((state) => state.difference(agreedIds));
          const graph = graphOver(byId, agreed, isLarge);
          const found = await authDifference(graph, disagreed);
          const expected = await authDifferenceOf(states, (eventIds) => graph.loadKnown(eventIds));
          // What the states disagree on is resolved in any case.
          const conflicted = new Set(disagreed.flatMap((state) => [...state]));
          expect([...found].filter((id) => !conflicted.has(id)).sort()).to.deep.equal(
            [...expected].filter((id) => !conflicted.has(id)).sort(),
          );
        }),
        { numRuns: 500 },
      );
    });
  }
});

function eventOf(nid: number, named: readonly number[]): StoredEvent {
  const pdu = { ...makePdu({ auth_events: named.map((other) => `$${other}`) }), state_key: '' };
  const status = EventStatus.Accepted;
  return {
    nid,
    eventId: `$${nid}`,
    roomNid: 1,
    pdu,
    snapshotNid: 1,
    status,
    replacesNid: null,
    redactedBy: null,
  };
}

function graphOver(
  byId: ReadonlyMap<string, StoredEvent>,
  agreed: readonly StoredEvent[],
  isLarge: boolean,
): AuthGraph {
  const heights = new Map<number, number>();
  for (const { nid, pdu } of byId.values()) {
    heights.set(nid, 1 + Math.max(0, ...pdu.auth_events.map((id) => heights.get(Number(id.slice(1))) ?? 0)));
  }
  const load = async (eventIds: readonly string[]) =>
    new Map(eventIds.flatMap((id) => (byId.has(id) ? [[id, byId.get(id) as StoredEvent]] : [])));
  return {
    roomNid: 1,
    storage: {
      authHeights: {
        of: async (nids: readonly number[]) => new Map(nids.map((nid) => [nid, heights.get(nid) ?? 0])),
        above: async (_room: number, lowest: number, limit: number) =>
          isLarge
            ? Array.from({ length: limit }, () => 0)
            : [...heights].filter(([, height]) => height > lowest).map(([nid]) => nid),
      },
    } as unknown as AuthGraph['storage'],
    load,
    loadKnown: async (eventIds) =>
      new Map(
        [...(await load(eventIds))].map(([eventId, { pdu }]) => [
          eventId,
          { eventId, pdu: { ...pdu, state_key: '' }, rejected: false },
        ]),
      ),
    agreedAmong: async (nids) => agreed.filter(({ nid }) => nids.includes(nid)),
    agreed: async () => agreed,
  };
}
