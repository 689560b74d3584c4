import { expect } from 'chai';
import { ManualClock } from '../../../test-kit/manual-clock.ts';
import { PresenceNotices } from './presence-notices.ts';

describe('presence for other servers', () => {
  it('is said again of everybody who is still there, before they forget it', async () => {
    const clock = new ManualClock();
    const told: string[] = [];
    let present = ['@a:x', '@b:x'];
    const notices = new PresenceNotices({
      clock,
      present: () => present,
      tell: (userId) => void told.push(userId),
    });
    notices.start();
    await clock.advance(29 * 60_000);
    expect(told).to.deep.equal(['@a:x', '@b:x']);
    present = ['@b:x'];
    await clock.advance(29 * 60_000);
    expect(told).to.deep.equal(['@a:x', '@b:x', '@b:x']);
    notices.stop();
    expect(clock.pendingCount).to.equal(0);
  });
});
