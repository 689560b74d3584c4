import { expect } from 'chai';
import type { Pdu } from '../events.ts';
import { FixtureRoom, rulesOf } from '../fixtures.ts';
import { authEventKeys, checkAuthEvents } from './index.ts';

const ALICE = '@alice:a.test';
const BOB = '@bob:b.test';

function keysOf(
  version: string,
  event: { type: string; state_key?: string; content?: Pdu['content'] },
): string[] {
  const keys = authEventKeys({ sender: ALICE, content: {}, ...event }, rulesOf(version));
  return keys.map(([type, stateKey]) => `${type}|${stateKey}`).sort();
}

describe('selection of auth events', () => {
  it('selects nothing for a create event', () => {
    expect(keysOf('11', { type: 'm.room.create', state_key: '' })).to.deep.equal([]);
  });

  it('selects create event, power levels and sender for a message, from version 12 on without the create event', () => {
    const message = { type: 'm.room.message' };
    expect(keysOf('11', message)).to.deep.equal([
      'm.room.create|',
      `m.room.member|${ALICE}`,
      'm.room.power_levels|',
    ]);
    expect(keysOf('12', message)).to.deep.equal([`m.room.member|${ALICE}`, 'm.room.power_levels|']);
  });

  it('names nothing twice', () => {
    const join = { type: 'm.room.member', state_key: ALICE, content: { membership: 'join' } };
    expect(keysOf('12', join)).to.deep.equal([
      'm.room.join_rules|',
      `m.room.member|${ALICE}`,
      'm.room.power_levels|',
    ]);
  });

  it('selects the target, and the join rules for joins, invites and knocks', () => {
    for (const membership of ['join', 'invite', 'knock', 'leave', 'ban']) {
      const keys = keysOf('12', { type: 'm.room.member', state_key: BOB, content: { membership } });
      expect(keys).to.include(`m.room.member|${BOB}`);
      expect(keys.includes('m.room.join_rules|'), membership).to.equal(
        !['leave', 'ban'].includes(membership),
      );
    }
  });

  it('selects the third-party invite that an invite redeems', () => {
    const content = { membership: 'invite', third_party_invite: { signed: { token: 'tok' } } };
    expect(keysOf('12', { type: 'm.room.member', state_key: BOB, content })).to.include(
      'm.room.third_party_invite|tok',
    );
  });

  it('selects the authorising user of a restricted join from version 8 on', () => {
    const content = { membership: 'join', join_authorised_via_users_server: '@carol:c.test' };
    const join = { type: 'm.room.member', state_key: ALICE, content };
    expect(keysOf('7', join)).to.not.include('m.room.member|@carol:c.test');
    expect(keysOf('8', join)).to.include('m.room.member|@carol:c.test');
  });
});

describe('the rule on auth events', () => {
  function check(room: FixtureRoom, authEvents: Pdu[]): boolean {
    return checkAuthEvents(room.event({ sender: ALICE }), authEvents, room.rules).allowed;
  }
  const alice = (room: FixtureRoom) => room.member(ALICE, ALICE, 'join');

  it('accepts what the selection names', () => {
    const room = new FixtureRoom('11');
    expect(check(room, [room.create, alice(room)])).to.equal(true);
  });

  it('needs the create event until version 11, and refuses it from version 12 on', () => {
    const old = new FixtureRoom('11');
    expect(check(old, [alice(old)])).to.equal(false);
    const recent = new FixtureRoom('12');
    expect(check(recent, [alice(recent)])).to.equal(true);
    expect(check(recent, [recent.create, alice(recent)])).to.equal(false);
  });

  it('refuses duplicates, events that are not needed, messages, and events of other rooms', () => {
    const room = new FixtureRoom('11');
    expect(check(room, [room.create, alice(room), alice(room)])).to.equal(false);
    expect(check(room, [room.create, room.member(BOB, BOB, 'join')])).to.equal(false);
    expect(check(room, [room.create, room.event({ sender: ALICE })])).to.equal(false);
    expect(check(room, [room.create, { ...alice(room), room_id: '!other:a.test' }])).to.equal(false);
  });

  it('does not concern create events', () => {
    const room = new FixtureRoom('12');
    expect(checkAuthEvents(room.create, [], room.rules).allowed).to.equal(true);
  });
});
