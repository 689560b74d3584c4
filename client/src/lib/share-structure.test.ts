import { expect } from 'chai';
import { shareStructure } from './share-structure.ts';

describe('shareStructure', () => {
  it('returns the previous value when nothing changed', () => {
    const previous = { list: [{ id: 1 }, { id: 2 }], name: 'hall' };
    expect(shareStructure(previous, { list: [{ id: 1 }, { id: 2 }], name: 'hall' })).to.equal(previous);
  });

  it('replaces only the parts that changed', () => {
    const previous = { list: [{ id: 1 }, { id: 2 }], name: 'hall' };
    const shared = shareStructure(previous, { list: [{ id: 1 }, { id: 3 }], name: 'hall' });
    expect(shared).to.not.equal(previous);
    expect(shared).to.deep.equal({ list: [{ id: 1 }, { id: 3 }], name: 'hall' });
    expect(shared.list[0]).to.equal(previous.list[0]);
    expect(shared.list[1]).to.not.equal(previous.list[1]);
  });

  it('sees a key that disappeared and one that is undefined', () => {
    const previous: { a: number; b?: number | undefined } = { a: 1, b: undefined };
    expect(shareStructure(previous, { a: 1 })).to.not.equal(previous);
    expect(shareStructure({ a: 1 }, previous)).to.have.own.property('b', undefined);
  });

  it('leaves a shortened list shortened', () => {
    expect(shareStructure([1, 2, 3], [1, 2])).to.deep.equal([1, 2]);
  });
});
