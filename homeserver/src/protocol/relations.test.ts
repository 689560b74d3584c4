import { expect } from 'chai';
import { relationOf } from './relations.ts';

describe('relationOf', () => {
  const of = (relation: unknown) => relationOf({ content: { 'm.relates_to': relation as never } });

  it('reads what an event refers to, and how', () => {
    const relation = { rel_type: 'm.annotation', event_id: '$event', key: '👍' };
    expect(of(relation)).to.deep.equal({ relType: 'm.annotation', eventId: '$event', key: '👍' });
    expect(of({ rel_type: 'm.thread', event_id: '$root', is_falling_back: true })).to.include({
      key: undefined,
    });
  });

  it('takes for none what has not the form of one, or cannot be kept', () => {
    expect(relationOf({ content: {} })).to.equal(undefined);
    const odd = [null, [], 'text', {}, { event_id: '$a' }, { rel_type: 1, event_id: '$a' }];
    for (const relation of [...odd, { 'm.in_reply_to': { event_id: '$a' } }])
      expect(of(relation)).to.equal(undefined);
    for (const text of ['\0', 'a\ud800', 'x'.repeat(256)]) {
      expect(of({ rel_type: 'm.thread', event_id: text })).to.equal(undefined);
      expect(of({ rel_type: text, event_id: '$a' })).to.equal(undefined);
    }
    expect(of({ rel_type: 'm.annotation', event_id: '$a', key: '\0' })?.key).to.equal(undefined);
  });
});
