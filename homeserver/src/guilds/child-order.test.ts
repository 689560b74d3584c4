import { expect } from 'chai';
import fc from 'fast-check';
import { type OrderedChild, planOrder } from './child-order.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const order = fc.option(fc.constantFrom('00001000', '00001001', '00002000', '000010', 'zz', ''), {
  nil: undefined,
});
const children = fc.uniqueArray(fc.record({ roomId: name, order }), {
  minLength: 1,
  selector: ({ roomId }) => roomId,
});

describe('planOrder', () => {
  it('puts children in the order that is wanted, whatever they had', () => {
    fc.assert(
      fc.property(children, fc.nat(), (wanted: OrderedChild[], pick) => {
        const moved = wanted[pick % wanted.length]?.roomId ?? '';
        const sorted = sortByOrder(wanted.filter(({ roomId }) => roomId !== moved));
        const target = [...sorted];
        target.splice(pick % wanted.length, 0, ...wanted.filter(({ roomId }) => roomId === moved));
        const changes = new Map(planOrder(target, moved).map((change) => [change.roomId, change.order]));
        const after = target.map(({ roomId, order: old }) => ({ roomId, order: changes.get(roomId) ?? old }));
        expect(sortByOrder(after).map(({ roomId }) => roomId)).to.deep.equal(
          target.map(({ roomId }) => roomId),
        );
      }),
    );
  });

  it('writes one event where there is room, and all where there is none', () => {
    const list = [
      { roomId: 'a', order: '00001000' },
      { roomId: 'new', order: undefined },
      { roomId: 'b', order: '00002000' },
    ];
    expect(planOrder(list, 'new')).to.deep.equal([{ roomId: 'new', order: '00001500' }]);
    expect(planOrder([{ roomId: 'a', order: '00001999' }, ...list.slice(1)], 'new')).to.deep.equal([
      { roomId: 'a', order: '00001000' },
      { roomId: 'new', order: '00002000' },
      { roomId: 'b', order: '00003000' },
    ]);
  });
});

/** As spaces are sorted; what has the same order, or none, stays as it is. */
function sortByOrder(list: readonly OrderedChild[]): OrderedChild[] {
  const keyOf = ({ order: text }: OrderedChild) => text ?? '\x7f';
  return [...list].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : keyOf(one) > keyOf(other) ? 1 : 0));
}
