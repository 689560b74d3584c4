import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { rulesOf } from '../../homeserver/src/protocol/fixtures.ts';
import { generateSigningKey } from '../../homeserver/src/protocol/signing.ts';
import { formOf, HASHED_KEYS, withSpecifiedHash } from './event-forms.ts';
import { ALICE, BOB, CAROL } from './event-maker.ts';
import { playStory } from './forked-rooms.ts';
import { agree, judgeEvent } from './judgements.ts';
import { KNOWN_DIFFERENCES } from './known-differences.ts';
import { explainResolution, RESOLUTION_DIFFERENCES, resolveRoom } from './resolutions.ts';
import type { Action, Step, Story } from './stories.ts';
import { SynapseOracle } from './synapse-oracle.ts';

const step = (sender: string, action: Action, insists = false): Step => ({
  // Right after what begins every story: each branches off there.
  after: [0],
  sender,
  at: 100,
  action,
  insists,
});

/** Bob, Carol, Dave and Erin have these levels, everybody is in. */
const story = (levels: number[], steps: Step[]): Story => ({
  createContent: {},
  levels,
  joinRule: 'public',
  steps: steps.map((one, index) => ({ ...one, after: [index === 0 || steps[0]?.insists ? 0 : 1] })),
  meeting: [
    { of: 'a moment', back: 0 },
    { of: 'a claim', back: 0 },
  ],
});

/** What Carol was not allowed to do is allowed by what Alice does meanwhile. */
const REJECTED_AND_ALLOWED = story(
  [0, 0, 0, 0],
  [
    step(CAROL, { do: 'set state', type: 'm.room.topic', stateKey: '' }, true),
    step(ALICE, { do: 'set a level', of: CAROL, to: 50 }),
  ],
);

/** Carol's attempt at power levels takes from Bob what he may do. */
const REJECTED_RIVAL = story(
  [50, 0, 0, 0],
  [
    step(CAROL, { do: 'set a level', of: CAROL, to: 100 }, true),
    step(BOB, { do: 'set join rule', to: 'invite' }),
  ],
);

describe('the known differences from Synapse', () => {
  let oracle: SynapseOracle;
  before(() => {
    oracle = SynapseOracle.start();
  });
  after(() => oracle.stop());

  for (const { name, example } of KNOWN_DIFFERENCES) {
    it(`are still needed: ${name}`, async () => {
      const differing = (await judgeEvent(oracle, example)).filter((comparison) => !agree(comparison));
      expect(differing.map(({ of }) => of)).to.deep.equal(['state']);
      const explaining = differing.flatMap((comparison) =>
        comparison.of === 'state'
          ? KNOWN_DIFFERENCES.filter((known) => known.explains(example, comparison))
          : [],
      );
      expect(explaining.map((known) => known.name)).to.deep.equal([name]);
    });
  }

  for (const [name, version, rejected] of [
    [RESOLUTION_DIFFERENCES[0], '11', REJECTED_AND_ALLOWED],
    [RESOLUTION_DIFFERENCES[0], '12', REJECTED_AND_ALLOWED],
    [RESOLUTION_DIFFERENCES[1], '1', REJECTED_RIVAL],
  ] as const) {
    it(`are still needed: ${name}, in version ${version}`, async () => {
      const room = await playStory(rulesOf(version), rejected);
      const resolution = await resolveRoom(oracle, room);
      expect([...resolution.ours]).not.to.have.deep.members([...resolution.theirs]);
      expect(await explainResolution(oracle, room, resolution)).to.equal(name);
    });
  }

  it(`are still needed: ${HASHED_KEYS}`, async () => {
    const rules = rulesOf('11');
    const seed = Buffer.alloc(32, 7);
    const event = {
      ...{ type: 'm.room.message', room_id: '!room:a.test', sender: ALICE, content: {}, outlier: true },
      ...{ prev_events: [], auth_events: [], depth: 1, origin_server_ts: 1 },
      ...{ hashes: { sha256: 'aGFzaA' }, signatures: {} },
    };
    const ours = formOf(event, rules, generateSigningKey(seed, '1'));
    const theirs = await oracle.eventForm('11', event, seed);
    expect(theirs).not.to.deep.equal(ours);
    expect(withSpecifiedHash(theirs, event, rules)).to.deep.equal(ours);
  });

  it('are what docs/differences-from-synapse.md explains', async () => {
    const page = readFileSync(new URL('../../docs/differences-from-synapse.md', import.meta.url), 'utf8');
    const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
    const known = [...KNOWN_DIFFERENCES.map(({ name }) => name), ...RESOLUTION_DIFFERENCES, HASHED_KEYS];
    expect(headings).to.have.members(known);
    expect(page).to.include(`Synapse ${await oracle.version()}`);
  });
});
