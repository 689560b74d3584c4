import { expect } from 'chai';
import fc from 'fast-check';
import {
  CanonicalJsonError,
  canonicalJson,
  lenientCanonicalJson,
} from '../../homeserver/src/protocol/canonical-json.ts';
import { rulesOf } from '../../homeserver/src/protocol/fixtures.ts';
import { parseJson } from '../../homeserver/src/protocol/json-numbers.ts';
import { supportedRoomVersions } from '../../homeserver/src/protocol/room-versions.ts';
import { generateSigningKey } from '../../homeserver/src/protocol/signing.ts';
import { formOf, wireEventsOf, withSpecifiedHash } from './event-forms.ts';
import { wildJsonTexts } from './json-arbitraries.ts';
import { runsOf, SCALE } from './runs.ts';
import { SynapseOracle } from './synapse-oracle.ts';

const SEED = Buffer.alloc(32, 7);
const KEY = generateSigningKey(SEED, '1');

describe('the form of events', function () {
  this.timeout(60_000 * SCALE);
  let oracle: SynapseOracle;
  before(() => {
    oracle = SynapseOracle.start();
  });
  after(() => oracle.stop());

  for (const strict of [true, false]) {
    it(`has the canonical JSON of Synapse, ${strict ? 'strict' : 'lenient'}`, async () => {
      await fc.assert(
        fc.asyncProperty(wildJsonTexts(), async (text) => {
          const theirs = await oracle.canonicalJson(text, strict).catch(() => undefined);
          expect(canonicalForm(text, strict)).to.equal(theirs);
        }),
        runsOf(`canonical ${strict}`, 300),
      );
    });
  }

  for (const version of supportedRoomVersions) {
    it(`has the hashes, the name, the redaction and the signature of Synapse in version ${version}`, async () => {
      const rules = rulesOf(version);
      await fc.assert(
        fc.asyncProperty(wireEventsOf(rules), async (event) => {
          const theirs = await oracle.eventForm(version, event, SEED);
          expect(formOf(event, rules, KEY)).to.deep.equal(withSpecifiedHash(theirs, event, rules));
        }),
        runsOf(`form ${version}`, 50),
      );
    });
  }
});

/** The canonical form of JSON text; undefined if it has none. */
function canonicalForm(text: string, strict: boolean): string | undefined {
  try {
    const value = parseJson(text);
    return strict ? canonicalJson(value) : lenientCanonicalJson(value);
  } catch (error) {
    if (error instanceof CanonicalJsonError) return undefined;
    throw error;
  }
}
