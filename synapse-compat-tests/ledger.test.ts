import { expect } from 'chai';
import { declaredAreas, NO_REASON_YET, objectionTo, readLedger, type Verdict } from './harness/ledger.ts';
import { differences, IdNames, normalise } from './harness/normalise.ts';

describe('the ledger', () => {
  const verdicts = Object.entries(readLedger()).flatMap(([area, cases]) =>
    Object.entries(cases).map(([title, verdict]) => ({ name: `${area}: ${title}`, verdict })),
  );

  it('quotes the specification wherever Guildhall does otherwise than Synapse', () => {
    for (const { name, verdict } of verdicts) {
      if (verdict === 'agree' || 'open' in verdict) continue;
      expect(verdict.specification, name).to.match(/^https:\/\/spec\.matrix\.org\/v1\.\d+\/.+#/);
      expect(verdict.quote, name).to.have.length.above(15);
    }
  });

  it('says of everything that is open why it is', () => {
    for (const { name, verdict } of verdicts) {
      if (verdict === 'agree' || !('open' in verdict)) continue;
      expect(verdict.open, name).not.to.equal(NO_REASON_YET);
    }
  });

  it('agrees in nineteen cases of twenty, and leaves one in a hundred open at most', () => {
    const agreeing = verdicts.filter(({ verdict }) => verdict === 'agree').length;
    const open = verdicts.filter(({ verdict }) => verdict !== 'agree' && 'open' in verdict).length;
    expect(verdicts).to.have.length.at.least(600);
    expect(agreeing / verdicts.length).to.be.at.least(0.95);
    expect(open / verdicts.length).to.be.at.most(0.01);
  });

  it('has no areas but those that there are', function () {
    const areas = declaredAreas();
    // Alone, without the cases.
    if (areas.size === 0) this.skip();
    expect(Object.keys(readLedger()).filter((area) => !areas.has(area))).to.deep.equal([]);
  });
});

describe('the comparison with the ledger', () => {
  const differs = { '/status': [200, 404] } as const;
  const specification: Verdict = { specification: 'https://spec.matrix.org/', quote: 'It is so.', differs };

  it('objects to a case that the ledger does not have', () => {
    expect(objectionTo(undefined, {})).to.contain('not in the ledger');
  });

  it('objects when servers differ that should agree, and the other way round', () => {
    expect(objectionTo('agree', {})).to.equal(undefined);
    expect(objectionTo('agree', differs)).to.contain('otherwise than Synapse');
    expect(objectionTo({ open: 'Nobody has built it.' }, differs)).to.equal(undefined);
    expect(objectionTo({ open: 'Nobody has built it.' }, {})).to.contain('both agree');
    expect(objectionTo(specification, {})).to.contain('both agree');
  });

  it('objects when they differ otherwise than was found right', () => {
    expect(objectionTo(specification, differs)).to.equal(undefined);
    expect(objectionTo(specification, { '/status': [500, 404] })).to.contain(
      'otherwise than the ledger says',
    );
  });

  it('sees every difference but those of IDs, tokens and times', () => {
    const answer = (roomId: string, token: string, text: string) =>
      normalise({ room_id: roomId, next_batch: token, chunk: [text] }, new IdNames());
    const one = answer('!LWlOSEEVGlMOqZVc_X23W2K-O5r2lOlPzy3HTQkoLNA', 's1', 'a');
    expect(differences(one, answer('!FYVeyOEPFZ4q4NDU5JEdcH0_KWrDGXOXsTGNKBqcAho', 's2', 'a'))).to.deep.equal(
      {},
    );
    expect(differences(one, answer('!FYVeyOEPFZ4q4NDU5JEdcH0_KWrDGXOXsTGNKBqcAho', 's2', 'b'))).to.deep.equal(
      {
        '/chunk/0': ['a', 'b'],
      },
    );
    expect(differences([1], [1, 2])).to.deep.equal({ '': [[1], [1, 2]] });
    expect(differences({ errcode: 'M_BAD_JSON' }, { errcode: 'M_UNKNOWN' })).to.deep.equal({});
    expect(differences({ errcode: 'M_UNKNOWN' }, { errcode: 'M_BAD_JSON' })).not.to.deep.equal({});
    expect(differences({ a: 1 }, {})).to.deep.equal({ '/a': [1, '(absent)'] });
  });
});
