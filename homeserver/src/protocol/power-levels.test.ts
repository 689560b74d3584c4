import { expect } from 'chai';
import { FixtureRoom, makePdu, rulesOf } from './fixtures.ts';
import { creatorsOf, powerLevelsOf } from './power-levels.ts';

const ALICE = '@alice:a.test';
const BOB = '@bob:b.test';

describe('power levels', () => {
  it('have the defaults of the specification where a room has no power levels event', () => {
    const levels = powerLevelsOf(undefined, [ALICE], rulesOf('11'));
    expect(levels.userLevel(ALICE)).to.equal(100);
    expect(levels.userLevel(BOB)).to.equal(0);
    expect(levels.eventLevel('x', false)).to.equal(0);
    expect(levels.eventLevel('x', true)).to.equal(50);
    const { ban, kick, redact, invite } = levels;
    expect({ ban, kick, redact, invite }).to.deep.equal({ ban: 50, kick: 50, redact: 50, invite: 0 });
    expect(levels.notification('room')).to.equal(50);
  });

  it('have the same defaults for what a power levels event leaves out, but nothing for the creator', () => {
    const levels = powerLevelsOf({}, [ALICE], rulesOf('11'));
    expect(levels.userLevel(ALICE)).to.equal(0);
    expect(levels.eventLevel('x', true)).to.equal(50);
    expect(levels.invite).to.equal(0);
  });

  it('come from the event where it gives them', () => {
    const content = {
      users: { [BOB]: 7 },
      users_default: 1,
      events: { x: 2 },
      events_default: 3,
      state_default: 4,
      notifications: { room: 5 },
      ban: 6,
    };
    const levels = powerLevelsOf(content, [ALICE], rulesOf('11'));
    expect([levels.userLevel(BOB), levels.userLevel(ALICE), levels.usersDefault]).to.deep.equal([7, 1, 1]);
    expect([
      levels.eventLevel('x', true),
      levels.eventLevel('y', false),
      levels.eventLevel('y', true),
    ]).to.deep.equal([2, 3, 4]);
    expect([levels.notification('room'), levels.notification('other'), levels.ban]).to.deep.equal([5, 50, 6]);
  });

  it('put the creators of version 12 above all', () => {
    const { create, rules } = new FixtureRoom('12', { additional_creators: [BOB] });
    const levels = powerLevelsOf({ users_default: 5 }, creatorsOf(create, rules), rules);
    expect(levels.userLevel(ALICE)).to.equal(Number.POSITIVE_INFINITY);
    expect(levels.userLevel(BOB)).to.equal(Number.POSITIVE_INFINITY);
    expect(levels.userLevel('@carol:c.test')).to.equal(5);
  });

  it('do not mistake inherited properties for entries', () => {
    const levels = powerLevelsOf({ users: {}, events: {} }, [], rulesOf('12'));
    expect(levels.userLevel('constructor')).to.equal(0);
    expect(levels.eventLevel('toString', false)).to.equal(0);
  });

  it('treat values of the wrong type as absent', () => {
    const levels = powerLevelsOf({ ban: null, users: 'x', events: [], kick: '30' }, [], rulesOf('9'));
    expect([levels.ban, levels.userLevel(BOB), levels.eventLevel('x', false), levels.kick]).to.deep.equal([
      50, 0, 0, 30,
    ]);
  });
});

describe('the creators of a room', () => {
  it('are the creator that the content names until version 10, and the sender from version 11 on', () => {
    const create = () => makePdu({ type: 'm.room.create', sender: ALICE, content: { creator: BOB } });
    expect(creatorsOf(create(), rulesOf('10'))).to.deep.equal([BOB]);
    expect(creatorsOf(create(), rulesOf('11'))).to.deep.equal([ALICE]);
  });

  it('include additional creators from version 12 on', () => {
    const create = () =>
      makePdu({ type: 'm.room.create', sender: ALICE, content: { additional_creators: [BOB] } });
    expect(creatorsOf(create(), rulesOf('11'))).to.deep.equal([ALICE]);
    expect(creatorsOf(create(), rulesOf('12'))).to.deep.equal([ALICE, BOB]);
  });
});
