import { expect } from 'chai';
import { ManualClock } from '../../../test-kit/manual-clock.ts';
import { TypingNotices } from './typing-notices.ts';

const ROOM = '!room:here.test';
const ALICE = '@alice:here.test';
const BOB = '@bob:here.test';

describe('typing notices for other servers', () => {
  let clock: ManualClock;
  let typing: string[];
  let told: string[];
  let notices: TypingNotices;
  beforeEach(() => {
    clock = new ManualClock();
    typing = [];
    told = [];
    notices = new TypingNotices({
      clock,
      typingIn: () => typing,
      tell: (_roomId, userId, isTyping) => void told.push(`${isTyping ? 'types' : 'stops'} ${userId}`),
    });
  });

  function nowTyping(...users: string[]): void {
    typing = users;
    notices.changed(ROOM);
  }

  it('are repeated while somebody types, and end with it', async () => {
    nowTyping(ALICE);
    await clock.advance(60_000);
    expect(told).to.deep.equal([`types ${ALICE}`, `types ${ALICE}`, `types ${ALICE}`]);
    nowTyping();
    expect(told.at(-1)).to.equal(`stops ${ALICE}`);
    const { length } = told;
    await clock.advance(120_000);
    expect(told).to.have.length(length);
    expect(clock.pendingCount).to.equal(0);
  });

  it('tell once of who begins beside somebody else', async () => {
    nowTyping(ALICE);
    nowTyping(ALICE, BOB);
    expect(told).to.deep.equal([`types ${ALICE}`, `types ${BOB}`]);
    nowTyping(BOB);
    expect(told.at(-1)).to.equal(`stops ${ALICE}`);
    await clock.advance(30_000);
    expect(told.slice(3)).to.deep.equal([`types ${BOB}`]);
  });

  it('end when the server stops', async () => {
    nowTyping(ALICE);
    notices.stop();
    await clock.advance(60_000);
    expect(told).to.deep.equal([`types ${ALICE}`]);
  });
});
