import { expect } from 'chai';
import fc from 'fast-check';
import { type SpaceChild, sortChildren } from './channel-tree.ts';
import { planOrder } from './child-order.ts';

const child = (roomId: string, order?: string): SpaceChild => ({ roomId, order, timestamp: 1 });

/** The order that children have once the changes are written. */
function apply(children: readonly SpaceChild[], movedId: string): readonly string[] {
  const changes = new Map(planOrder(children, movedId).map(({ roomId, order }) => [roomId, order]));
  const written = children.map((each) => ({ ...each, order: changes.get(each.roomId) ?? each.order }));
  return sortChildren(written).map(({ roomId }) => roomId);
}

describe('planOrder', () => {
  it('gives everybody a place the first time', () => {
    expect(planOrder([child('b'), child('a')], 'b')).to.deep.equal([
      { roomId: 'b', order: '00001000' },
      { roomId: 'a', order: '00002000' },
    ]);
  });

  it('writes for the one that moved where there is room', () => {
    const children = [child('a', '00001000'), child('c', '00003000'), child('b', '00002000')];
    expect(planOrder(children, 'c')).to.deep.equal([{ roomId: 'c', order: '00001500' }]);
    const crowded = [child('b', '00001000'), child('a', '00000001')];
    expect(planOrder(crowded, 'b')).to.deep.equal([{ roomId: 'a', order: '00002000' }]);
  });

  it('ends in the order that was wanted, whatever the orders were before', () => {
    const order = fc.option(fc.constantFrom('00000001', '00001000', '00001001', 'zz', '', '00009000'), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 8 }), fc.nat(), (orders, pick) => {
        const children = orders.map((each, index) => child(`!${index}`, each));
        const movedId = `!${pick % orders.length}`;
        expect(apply(children, movedId)).to.deep.equal(children.map(({ roomId }) => roomId));
      }),
    );
  });
});
