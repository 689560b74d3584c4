import { expect } from 'chai';
import fc from 'fast-check';
import { rulesOf } from '../../homeserver/src/protocol/fixtures.ts';
import type { RedactionRules, RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { generateSigningKey } from '../../homeserver/src/protocol/signing.ts';
import type { ResolutionSource } from '../../homeserver/src/protocol/state-resolution/index.ts';
import { eventCasesOf } from './event-cases.ts';
import { formOf, wireEventsOf, withSpecifiedHash } from './event-forms.ts';
import { type ForkedRoom, playStory } from './forked-rooms.ts';
import { agree, type Judging, judgeEvent } from './judgements.ts';
import { explain } from './known-differences.ts';
import { explainResolution, isSameState, resolveRoom } from './resolutions.ts';
import { runsOf } from './runs.ts';
import { storiesOf } from './stories.ts';
import { SynapseOracle } from './synapse-oracle.ts';

/** The comparisons must be able to fail: our side is made wrong, one rule at a time, and that has to be noticed. */

const SEED = Buffer.alloc(32, 7);
const KEY = generateSigningKey(SEED, '1');

type Wrong = Partial<RoomVersionRules>;

/** Each rule, made wrong in a version; by which comparison it is noticed. */
const WRONG_RULES: Record<
  Exclude<keyof RoomVersionRules, 'version' | 'redaction'>,
  [string, Comparison, Wrong] | null
> = {
  eventIdFormat: ['3', 'form', { eventIdFormat: 'base64url' }],
  referencesCarryHashes: ['2', 'form', { referencesCarryHashes: false }],
  strictCanonicalJson: ['5', 'form', { strictCanonicalJson: true }],
  stateResolution: ['2', 'resolution', { stateResolution: 'v1' }],
  // The oracle sees no signatures but those of third-party invites.
  enforceKeyValidity: null,
  // Redactions that take effect are not compared, only what is left of events and whether redactions may be sent.
  redactsInContent: ['1', 'verdict', { redactsInContent: true }],
  redactionIsAuthRule: ['3', 'verdict', { redactionIsAuthRule: true }],
  aliasesAuthRule: ['6', 'verdict', { aliasesAuthRule: true }],
  checkNotificationLevels: ['5', 'verdict', { checkNotificationLevels: true }],
  integerPowerLevels: ['9', 'verdict', { integerPowerLevels: true }],
  knock: ['6', 'verdict', { knock: true }],
  restricted: ['8', 'verdict', { restricted: false }],
  knockRestricted: ['9', 'verdict', { knockRestricted: true }],
  creatorIsSender: ['10', 'verdict', { creatorIsSender: true }],
  roomIdIsCreateHash: ['11', 'verdict', { roomIdIsCreateHash: true }],
  creatorsHaveInfinitePower: ['12', 'verdict', { creatorsHaveInfinitePower: false }],
};

/** Each rule of redactions, and a version in which it is turned round. */
const WRONG_REDACTIONS: Record<keyof RedactionRules, string> = {
  keepsOriginMembershipPrevState: '11',
  keepsAliases: '5',
  keepsJoinRulesAllow: '7',
  keepsJoinAuthorisedVia: '9',
  keepsThirdPartyInviteSigned: '11',
  keepsCreateContent: '10',
  keepsInviteLevel: '11',
  keepsRedacts: '11',
};

type Comparison = 'verdict' | 'form' | 'resolution';

describe('the comparisons with Synapse', function () {
  this.timeout(60_000);
  let oracle: SynapseOracle;
  before(() => {
    oracle = SynapseOracle.start();
  });
  after(() => oracle.stop());

  const isNoticed: Record<Comparison, (version: string, rules: RoomVersionRules) => Promise<boolean>> = {
    verdict: (version, rules) => isVerdictNoticed(version, { rules }),
    form: isFormNoticed,
    resolution: (version, rules) => isResolutionNoticed(version, () => ({ rules })),
  };

  for (const [rule, wrong] of Object.entries(WRONG_RULES)) {
    if (wrong === null) continue;
    const [version, by, rules] = wrong;
    it(`notice a wrong ${rule} in version ${version}`, async () => {
      expect(await isNoticed[by](version, { ...rulesOf(version), ...rules })).to.equal(true);
    });
  }

  for (const [rule, version] of Object.entries(WRONG_REDACTIONS)) {
    it(`notice a wrong ${rule} in version ${version}`, async () => {
      const rules = rulesOf(version);
      const redaction = { ...rules.redaction, [rule]: !rules.redaction[rule as keyof RedactionRules] };
      expect(await isFormNoticed(version, { ...rules, redaction })).to.equal(true);
    });
  }

  for (const type of [
    ...['m.room.member', 'm.room.power_levels', 'm.room.join_rules'],
    ...['m.room.third_party_invite', 'm.room.create'],
  ]) {
    it(`notice verdicts without regard to ${type}`, async () => {
      expect(await isVerdictNoticed('11', { sees: (pdu) => pdu.type !== type })).to.equal(true);
    });
  }

  for (const [what, version, lacking] of [
    ['v2 for v2.1', '12', () => ({ rules: { ...rulesOf('12'), stateResolution: 'v2' } })],
    ['v2.1 for v2', '11', () => ({ rules: { ...rulesOf('11'), stateResolution: 'v2.1' } })],
    [
      'no auth difference',
      '11',
      ({ source }) => ({ source: { ...source, authDifference: async () => new Set() } }),
    ],
    [
      'no subgraph',
      '12',
      ({ source }) => ({ source: { ...source, conflictedSubgraph: async () => new Set() } }),
    ],
  ] as const satisfies readonly (readonly [string, string, Lacking])[]) {
    it(`notice state resolution with ${what}`, async () => {
      expect(await isResolutionNoticed(version, lacking)).to.equal(true);
    });
  }

  async function isVerdictNoticed(version: string, judging: Judging): Promise<boolean> {
    return isFound(`verdict ${version}`, 4000, eventCasesOf(rulesOf(version)), async (given) => {
      const differing = (await judgeEvent(oracle, given, judging)).filter((comparison) => !agree(comparison));
      return differing.some((comparison) => explain(given, comparison) === undefined);
    });
  }

  async function isFormNoticed(version: string, wrong: RoomVersionRules): Promise<boolean> {
    const rules = rulesOf(version);
    return isFound(`form ${version}`, 1000, wireEventsOf(rules), async (event) => {
      const theirs = withSpecifiedHash(await oracle.eventForm(version, event, SEED), event, rules);
      return attempt(() => JSON.stringify(formOf(event, rules, KEY, wrong))) !== JSON.stringify(theirs);
    });
  }

  async function isResolutionNoticed(version: string, lacking: Lacking): Promise<boolean> {
    return isFound(`resolution ${version}`, 500, storiesOf(rulesOf(version)), async (story) => {
      const room = await playStory(rulesOf(version), story);
      const resolution = await resolveRoom(oracle, room, lacking(room));
      if (isSameState(resolution.ours, resolution.theirs)) return false;
      return (await explainResolution(oracle, room, resolution)) === undefined;
    });
  }
});

type Lacking = (room: ForkedRoom) => { rules?: RoomVersionRules; source?: ResolutionSource };

/** Whether something holds for one of many drawn. */
async function isFound<T>(
  name: string,
  atMost: number,
  drawn: fc.Arbitrary<T>,
  holds: (value: T) => Promise<boolean>,
): Promise<boolean> {
  const property = fc.asyncProperty(drawn, async (value) => !(await holds(value)));
  const { failed } = await fc.check(property, {
    seed: runsOf(name, 1).seed,
    numRuns: atMost,
    endOnFailure: true,
  });
  return failed;
}

function attempt(compute: () => string): string | undefined {
  try {
    return compute();
  } catch {
    return undefined;
  }
}
