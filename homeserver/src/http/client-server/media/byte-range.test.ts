import { expect } from 'chai';
import { readRange } from './byte-range.ts';

describe('readRange', () => {
  for (const [header, expected] of [
    [undefined, undefined],
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=2-4', { first: 2, last: 4 }],
    ['bytes=7-', { first: 7, last: 9 }],
    ['bytes=7-99', { first: 7, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-99', { first: 0, last: 9 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=4-2', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,3-4', undefined],
    ['lines=0-1', undefined],
    ['bytes=a-b', undefined],
  ] as const) {
    it(`reads ${header} of 10 bytes`, () => expect(readRange(header, 10)).to.deep.equal(expected));
  }

  it('has no part of an empty file to give', () => {
    expect(readRange('bytes=0-0', 0)).to.equal('unsatisfiable');
    expect(readRange('bytes=-1', 0)).to.equal('unsatisfiable');
  });
});
