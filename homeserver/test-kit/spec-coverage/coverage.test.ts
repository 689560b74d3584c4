import { expect } from 'chai';
import { type Coverage, mergeCoverage, staleClaims, unclaimedSuccesses } from './coverage.ts';

const written: Coverage = { sync: { 'a.test.ts': new Set([200, 401]), 'b.test.ts': new Set([200]) } };

describe('the record of what tests see', () => {
  it('is stale where a file that ran does not see what is written', () => {
    const seen: Coverage = { sync: { 'a.test.ts': new Set([200]) } };
    expect(staleClaims(written, seen, new Set(['a.test.ts']))).to.deep.equal([
      'a.test.ts does not see sync answer 401 any more',
    ]);
    expect(staleClaims(written, seen, new Set())).to.deep.equal([]);
  });

  it('is not stale where another file sees the same error, or has not run', () => {
    const both: Coverage = {
      state: { 'a.test.ts': new Set([200, 404]), 'b.test.ts': new Set([404]) },
    };
    const seen: Coverage = { state: { 'a.test.ts': new Set([200]), 'b.test.ts': new Set([404]) } };
    expect(staleClaims(both, seen, new Set(['a.test.ts', 'b.test.ts']))).to.deep.equal([]);
    expect(staleClaims(both, seen, new Set(['a.test.ts']))).to.deep.equal([]);
    const neither: Coverage = { state: { 'a.test.ts': new Set([200]) } };
    expect(staleClaims(both, neither, new Set(['a.test.ts', 'b.test.ts']))).to.have.length(2);
  });

  it('lacks an operation only when it is the first success of it', () => {
    const ran = new Set(['c.test.ts']);
    const seen: Coverage = { sync: { 'c.test.ts': new Set([200]) }, login: { 'c.test.ts': new Set([403]) } };
    expect(unclaimedSuccesses(written, seen, ran)).to.deep.equal([]);
    seen.logout = { 'c.test.ts': new Set([200]) };
    expect(unclaimedSuccesses(written, seen, ran)).to.deep.equal([
      'c.test.ts is the first to see logout succeed',
    ]);
  });

  it('replaces what the files that ran had seen, and keeps the others', () => {
    const seen: Coverage = { login: { 'a.test.ts': new Set([200]), 'b.test.ts': new Set([200]) } };
    const merged = mergeCoverage(written, seen, new Set(['a.test.ts']));
    expect(merged).to.deep.equal({
      sync: { 'b.test.ts': new Set([200]) },
      login: { 'a.test.ts': new Set([200]) },
    });
  });
});
