import { expect } from 'chai';
import fc from 'fast-check';
import { rulesOf } from '../../homeserver/src/protocol/fixtures.ts';
import { supportedRoomVersions } from '../../homeserver/src/protocol/room-versions.ts';
import { playStory } from './forked-rooms.ts';
import { describeResolution, explainResolution, isSameState, resolveRoom } from './resolutions.ts';
import { runsOf, SCALE, SEED, Tally } from './runs.ts';
import { storiesOf } from './stories.ts';
import { SynapseOracle } from './synapse-oracle.ts';

/** Versions 1 and 12 have an algorithm of their own; 2 to 11 share one. */
const ROOMS_PER_VERSION = new Map([
  ['1', 50],
  ['12', 70],
]);
const ROOMS_PER_OTHER_VERSION = 8;

describe('state resolution', function () {
  this.timeout(60_000 * SCALE);
  const tally = new Tally();
  let oracle: SynapseOracle;
  before(() => {
    oracle = SynapseOracle.start();
  });
  after(async () => {
    await oracle.stop();
    tally.print(`rooms resolved (seed ${SEED})`);
  });

  for (const version of supportedRoomVersions) {
    it(`comes to the state of Synapse in version ${version}`, async () => {
      const rules = rulesOf(version);
      await fc.assert(
        fc.asyncProperty(storiesOf(rules), async (story) => {
          const room = await playStory(rules, story);
          const resolution = await resolveRoom(oracle, room);
          tally.count(`by ${rules.stateResolution}`);
          if (isSameState(resolution.ours, resolution.theirs)) return;
          const known = await explainResolution(oracle, room, resolution);
          if (known === undefined) throw new Error(describeResolution(room, resolution));
          tally.count(known);
        }),
        runsOf(`state resolution ${version}`, ROOMS_PER_VERSION.get(version) ?? ROOMS_PER_OTHER_VERSION),
      );
    });
  }

  it('is tried with states that conflict, and mostly resolve to none of them', async () => {
    const rules = rulesOf('12');
    const stories = fc.sample(storiesOf(rules), { seed: SEED, numRuns: 50 });
    const rooms = await Promise.all(stories.map((story) => playStory(rules, story)));
    const resolutions = await Promise.all(rooms.map((room) => resolveRoom(oracle, room)));
    const isNew = resolutions.filter(
      ({ ours }, index) => !rooms[index]?.states.some((state) => isSameState(state, ours)),
    );
    expect(isNew.length).to.be.greaterThan(25);
  });
});
