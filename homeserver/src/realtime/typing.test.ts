import { expect } from 'chai';
import { ManualClock } from '../../test-kit/manual-clock.ts';
import { rejection } from '../../test-kit/rejection.ts';
import { EphemeralLog } from './ephemeral-log.ts';
import { Typing, type TypingChange } from './typing.ts';

const ROOM = '!room:x';

function createTyping() {
  const clock = new ManualClock();
  const wakeUps: number[] = [];
  const log = new EphemeralLog({ clock, onChange: (_change, position) => wakeUps.push(position) });
  const membership = { isJoined: async (_roomId: string, userId: string) => userId !== '@stranger:x' };
  const told: TypingChange[] = [];
  return {
    clock,
    log,
    wakeUps,
    told,
    typing: new Typing({ log, clock, membership, onChange: (change) => told.push(change) }),
  };
}

describe('Typing', () => {
  it('lists those who type, in the order in which they began, until they stop', async () => {
    const { typing } = createTyping();
    await typing.start(ROOM, '@b:x');
    await typing.start(ROOM, '@a:x');
    await typing.start(ROOM, '@b:x');
    expect(typing.typingIn(ROOM)).to.deep.equal(['@b:x', '@a:x']);
    await typing.stop(ROOM, '@b:x');
    expect(typing.typingIn(ROOM)).to.deep.equal(['@a:x']);
    expect(typing.typingIn('!other:x')).to.deep.equal([]);
  });

  it('ends by itself after the timeout, counted from the last sign', async () => {
    const { clock, typing } = createTyping();
    await typing.start(ROOM, '@a:x', 4_000);
    await clock.advance(3_000);
    await typing.start(ROOM, '@a:x', 4_000);
    await clock.advance(3_999);
    expect(typing.typingIn(ROOM)).to.deep.equal(['@a:x']);
    await clock.advance(1);
    expect(typing.typingIn(ROOM)).to.deep.equal([]);
    expect(clock.pendingCount).to.equal(0);
  });

  it('takes no longer timeout than two minutes', async () => {
    const { clock, typing } = createTyping();
    await typing.start(ROOM, '@a:x', 1e12);
    await clock.advance(120_000);
    expect(typing.typingIn(ROOM)).to.deep.equal([]);
  });

  it('says since a position whether there is news, the end of typing included', async () => {
    const { log, typing } = createTyping();
    const start = log.position;
    expect(typing.typingSince(ROOM, start)).to.equal(undefined);
    await typing.start(ROOM, '@a:x');
    expect(typing.typingSince(ROOM, start)).to.deep.equal(['@a:x']);
    expect(typing.typingSince(ROOM, undefined)).to.deep.equal(['@a:x']);
    const begun = log.position;
    expect(typing.typingSince(ROOM, begun)).to.equal(undefined);
    await typing.stop(ROOM, '@a:x');
    expect(typing.typingSince(ROOM, begun)).to.deep.equal([]);
    expect(typing.typingSince(ROOM, undefined)).to.equal(undefined);
    expect(typing.typingSince(ROOM, 5)).to.deep.equal([]);
  });

  it('wakes nobody when somebody who types goes on, or who does not type stops', async () => {
    const { typing, wakeUps } = createTyping();
    await typing.start(ROOM, '@a:x');
    await typing.start(ROOM, '@a:x');
    await typing.stop(ROOM, '@b:x');
    expect(wakeUps).to.have.length(1);
  });

  it('refuses those who are not in the room', async () => {
    const { typing, wakeUps } = createTyping();
    expect(await rejection(typing.start(ROOM, '@stranger:x'))).to.include({
      status: 403,
      errcode: 'M_FORBIDDEN',
    });
    expect(await rejection(typing.stop(ROOM, '@stranger:x'))).to.include({ status: 403 });
    expect(wakeUps).to.deep.equal([]);
  });

  it('tells everybody that nobody types when it ends', async () => {
    const { clock, log, typing } = createTyping();
    await typing.start(ROOM, '@a:x');
    await typing.start('!other:x', '@b:x');
    const position = log.position;
    typing.removeAll();
    expect(typing.typingSince(ROOM, position)).to.deep.equal([]);
    expect(typing.typingSince('!other:x', position)).to.deep.equal([]);
    expect(clock.pendingCount).to.equal(0);
  });
});
