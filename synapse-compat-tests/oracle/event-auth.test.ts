import { expect } from 'chai';
import fc from 'fast-check';
import { rulesOf } from '../../homeserver/src/protocol/fixtures.ts';
import { supportedRoomVersions } from '../../homeserver/src/protocol/room-versions.ts';
import { eventCasesOf } from './event-cases.ts';
import { agree, decideByState, describeCase, judgeEvent } from './judgements.ts';
import { explain } from './known-differences.ts';
import { runsOf, SCALE, SEED, Tally } from './runs.ts';
import { SynapseOracle } from './synapse-oracle.ts';

const EVENTS_PER_VERSION = 168;

describe('the authorisation of events', function () {
  this.timeout(60_000 * SCALE);
  const tally = new Tally();
  let oracle: SynapseOracle;
  before(() => {
    oracle = SynapseOracle.start();
  });
  after(async () => {
    await oracle.stop();
    tally.print(`events judged (seed ${SEED})`);
  });

  for (const version of supportedRoomVersions) {
    it(`comes to the verdicts of Synapse in version ${version}`, async () => {
      await fc.assert(
        fc.asyncProperty(eventCasesOf(rulesOf(version)), async (given) => {
          tally.count('events judged');
          for (const comparison of await judgeEvent(oracle, given)) {
            if (comparison.of === 'state' && comparison.theirs.allowed) tally.count('allowed');
            if (agree(comparison)) continue;
            const known = explain(given, comparison);
            if (known === undefined) throw new Error(describeCase(given, comparison));
            tally.count(known.name);
          }
        }),
        runsOf(`event auth ${version}`, EVENTS_PER_VERSION),
      );
    });
  }

  for (const version of ['5', '12']) {
    it(`is tried with events of every type that are allowed and that are not, in version ${version}`, () => {
      const verdicts = new Map<string, Set<boolean>>();
      for (const given of fc.sample(eventCasesOf(rulesOf(version)), { seed: SEED, numRuns: 1000 })) {
        const seen = verdicts.get(given.event.type) ?? new Set();
        verdicts.set(given.event.type, seen.add(decideByState(given).allowed));
      }
      expect(verdicts.size).to.equal(10);
      for (const [type, seen] of verdicts) expect([...seen], type).to.have.length(2);
    });
  }
});
