import { expect } from 'chai';
import type { JsonObject } from '../canonical-json.ts';
import { FixtureRoom } from '../fixtures.ts';
import { parseJson } from '../json-numbers.ts';
import { authorizeEvent } from './authorize-event.ts';

const ALICE = '@alice:a.test';
const BOB = '@bob:b.test';
const CAROL = '@carol:c.test';

/** Whether Bob may replace power levels that give him 50 (besides `before`) by the same with `after`. */
function mayChange(version: string, before: JsonObject, after: JsonObject): boolean {
  const room = new FixtureRoom(version);
  room.setMember(BOB, 'join');
  const users = (content: JsonObject) => ({ [BOB]: 50, ...(content.users as JsonObject) });
  room.set('m.room.power_levels', '', { ...before, users: users(before) });
  return isAllowed(room, { ...after, users: users(after) }, BOB);
}

function isAllowed(room: FixtureRoom, content: JsonObject, sender = ALICE): boolean {
  const event = room.event({ type: 'm.room.power_levels', state_key: '', sender, content });
  return authorizeEvent(event, room.lookup, room.rules).allowed;
}

describe('authorisation of power levels', () => {
  it('lets the first power levels of a room be any', () => {
    expect(isAllowed(new FixtureRoom('12'), { users: { [BOB]: 1000 } })).to.equal(true);
    expect(isAllowed(new FixtureRoom('1'), { users: { [BOB]: 1000 } })).to.equal(true);
  });

  it('needs user IDs with integers', () => {
    for (const users of [{ bob: 1 }, { [BOB]: 'x' }, { [BOB]: null }, { [BOB]: true }, [], 5]) {
      for (const version of ['1', '9', '12']) {
        expect(isAllowed(new FixtureRoom(version), { users }), JSON.stringify(users)).to.equal(false);
      }
    }
  });

  it('takes strings and fractions for integers until version 9', () => {
    for (const level of ['50', ' +050 ', '-7']) {
      expect(isAllowed(new FixtureRoom('9'), { users: { [BOB]: level } }), level).to.equal(true);
      expect(isAllowed(new FixtureRoom('10'), { users: { [BOB]: level } }), level).to.equal(false);
    }
    expect(isAllowed(new FixtureRoom('9'), { users: { [BOB]: '1.5' } })).to.equal(false);
    const fraction = parseJson(`{"users":{"${BOB}":50.7}}`) as JsonObject;
    expect(isAllowed(new FixtureRoom('5'), fraction)).to.equal(true);
    expect(isAllowed(new FixtureRoom('5'), parseJson(`{"users":{"${BOB}":1e400}}`) as JsonObject)).to.equal(
      false,
    );
  });

  it('needs integers everywhere from version 10 on', () => {
    const wrong: JsonObject[] = [
      { ban: '50' },
      { users_default: null },
      { events: { x: '1' } },
      { notifications: { room: '1' } },
      { events: [] },
      { notifications: 5 },
    ];
    for (const content of wrong) {
      expect(isAllowed(new FixtureRoom('10'), content), JSON.stringify(content)).to.equal(false);
      expect(isAllowed(new FixtureRoom('9'), content), JSON.stringify(content)).to.equal(true);
    }
  });

  it('refuses levels for creators from version 12 on', () => {
    const room = new FixtureRoom('12', { additional_creators: [BOB] });
    expect(isAllowed(room, { users: { [ALICE]: 100 } })).to.equal(false);
    expect(isAllowed(room, { users: { [BOB]: 100 } })).to.equal(false);
    expect(isAllowed(room, { users: { [CAROL]: 100 } })).to.equal(true);
    expect(isAllowed(new FixtureRoom('11'), { users: { [ALICE]: 100 } })).to.equal(true);
  });

  it('lets nobody change a level that is above them, or to above them', () => {
    const events = { 'm.room.power_levels': 0 };
    for (const key of [
      'users_default',
      'events_default',
      'state_default',
      'ban',
      'redact',
      'kick',
      'invite',
    ]) {
      expect(mayChange('12', { events, [key]: 51 }, { events }), `${key} removed`).to.equal(false);
      expect(mayChange('12', { events }, { events, [key]: 51 }), `${key} added`).to.equal(false);
      expect(mayChange('12', { events }, { events, [key]: 50 }), `${key} at 50`).to.equal(true);
    }
  });

  it('lets nobody change the level of an event type that is above them, or to above them', () => {
    expect(mayChange('12', { events: { x: 51 } }, { events: {} })).to.equal(false);
    expect(mayChange('12', { events: { x: 51 } }, { events: { x: 51, y: 50 } })).to.equal(true);
    expect(mayChange('12', { events: {} }, { events: { x: 51 } })).to.equal(false);
  });

  it('checks notification levels from version 6 on', () => {
    expect(mayChange('5', { notifications: { room: 51 } }, {})).to.equal(true);
    expect(mayChange('6', { notifications: { room: 51 } }, {})).to.equal(false);
    expect(mayChange('6', {}, { notifications: { room: 51 } })).to.equal(false);
  });

  it('lets nobody touch users at their own level, but for themselves', () => {
    expect(mayChange('12', { users: { [CAROL]: 50 } }, {})).to.equal(false);
    expect(mayChange('12', { users: { [CAROL]: 49 } }, {})).to.equal(true);
    expect(mayChange('12', {}, { users: { [BOB]: 10 } })).to.equal(true);
    expect(mayChange('12', {}, { users: { [BOB]: 51 } })).to.equal(false);
    expect(mayChange('12', {}, { users: { [CAROL]: 50 } })).to.equal(true);
    expect(mayChange('12', {}, { users: { [CAROL]: 51 } })).to.equal(false);
  });

  it('sees no change where a number is only written otherwise', () => {
    expect(mayChange('9', { ban: '100' }, { ban: 100 })).to.equal(true);
  });

  it('lets creators of version 12 change everything', () => {
    const room = new FixtureRoom('12');
    room.set('m.room.power_levels', '', { users: { [BOB]: Number.MAX_SAFE_INTEGER } });
    expect(isAllowed(room, { users: {} })).to.equal(true);
  });
});
