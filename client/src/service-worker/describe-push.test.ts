import { expect } from 'chai';
import { describePush } from './describe-push.ts';

describe('describePush', () => {
  const told = {
    room_id: '!hall',
    room_name: 'general',
    sender_display_name: 'Bob',
    content: { msgtype: 'm.text', body: 'Tea is ready' },
  };

  it('says who said what where', () => {
    const notice = { title: 'Bob · general', body: 'Tea is ready', roomId: '!hall' };
    expect(describePush(JSON.stringify(told))).to.deep.equal(notice);
    expect(describePush(JSON.stringify({ notification: told }))).to.deep.equal(notice);
  });

  it('names a conversation once, and does without what is not told', () => {
    expect(describePush(JSON.stringify({ ...told, room_name: 'Bob' }))?.title).to.equal('Bob');
    const bare = { title: 'Guildhall', body: '', roomId: '!hall' };
    expect(describePush('{"room_id":"!hall"}')).to.deep.equal(bare);
  });

  it('keeps silent about counters alone, and about nonsense', () => {
    for (const text of ['{"counts":{"unread":2}}', 'x', undefined, '7'])
      expect(describePush(text)).to.equal(undefined);
  });
});
