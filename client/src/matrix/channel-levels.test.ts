import { expect } from 'chai';
import { readLevel, withLevel } from './channel-levels.ts';

describe('readLevel', () => {
  it('says what the specification does where nothing is said', () => {
    const names = ['write', 'react', 'mentionAll', 'describe', 'pin', 'deleteOthers', 'invite'] as const;
    expect(names.map((name) => readLevel({}, name))).to.deep.equal([0, 0, 50, 50, 50, 50, 0]);
    const content = { events_default: 10, state_default: 60 };
    expect(names.map((name) => readLevel(content, name))).to.deep.equal([10, 10, 50, 60, 60, 50, 0]);
  });

  it('takes what no number is for nothing', () => {
    expect(readLevel({ events: { 'm.room.message': '50' }, redact: null }, 'write')).to.equal(0);
  });
});

describe('withLevel', () => {
  it('changes what it is about, for every kind of message, and nothing else', () => {
    const before = { invite: 5, events: { 'm.room.name': 50 }, notifications: { other: 3 } };
    const after = withLevel(withLevel(before, 'write', 50), 'mentionAll', 100);
    expect(after).to.deep.include({ invite: 5, notifications: { other: 3, room: 100 } });
    expect(after.events).to.include({ 'm.room.name': 50, 'm.room.message': 50, 'm.sticker': 50 });
    expect(readLevel(after, 'write')).to.equal(50);
    expect(readLevel(withLevel(after, 'invite', 50), 'invite')).to.equal(50);
  });
});
