import { expect } from 'chai';
import type { JsonObject } from '../canonical-json.ts';
import { FixtureRoom } from '../fixtures.ts';
import { generateSigningKey, type SigningKey, signJson } from '../signing.ts';
import { authorizeEvent } from './authorize-event.ts';

const ALICE = '@alice:a.test';
const BOB = '@bob:b.test';
const CAROL = '@carol:c.test';

/** Whether the room lets `sender` set the membership of `target`. */
function may(
  room: FixtureRoom,
  sender: string,
  target: string,
  membership: string,
  content: JsonObject = {},
): boolean {
  return authorizeEvent(room.member(sender, target, membership, content), room.lookup, room.rules).allowed;
}

function roomWith(
  version: string,
  members: Record<string, string>,
  levels?: JsonObject,
  joinRule?: string,
): FixtureRoom {
  const room = new FixtureRoom(version);
  for (const [userId, membership] of Object.entries(members)) room.setMember(userId, membership);
  if (levels !== undefined) room.set('m.room.power_levels', '', levels);
  if (joinRule !== undefined) room.set('m.room.join_rules', '', { join_rule: joinRule });
  return room;
}

describe('authorisation of memberships', () => {
  it('rejects a membership without a state key, without a value or of an unknown kind', () => {
    const room = new FixtureRoom('12');
    const { state_key: _none, ...noKey } = room.member(ALICE, ALICE, 'join');
    expect(authorizeEvent(noKey, room.lookup, room.rules).allowed).to.equal(false);
    const noValue = { ...room.member(ALICE, ALICE, 'join'), content: {} };
    expect(authorizeEvent(noValue, room.lookup, room.rules).allowed).to.equal(false);
    expect(may(room, ALICE, ALICE, 'owner')).to.equal(false);
  });
});

describe('authorisation of joins', () => {
  it('lets the creator in right after the create event, and only then', () => {
    for (const version of ['1', '3', '10', '11', '12']) {
      const room = roomWith(version, { [ALICE]: 'leave' });
      const join = room.member(ALICE, ALICE, 'join');
      const first = { ...join, prev_events: [room.idOf(room.create)] };
      expect(authorizeEvent(first, room.lookup, room.rules).allowed, version).to.equal(true);
      const later = { ...join, prev_events: [room.idOf(room.create), '$other'] };
      expect(authorizeEvent(later, room.lookup, room.rules).allowed, version).to.equal(false);
      const other = { ...room.member(BOB, BOB, 'join'), prev_events: [room.idOf(room.create)] };
      expect(authorizeEvent(other, room.lookup, room.rules).allowed, version).to.equal(false);
    }
  });

  it('takes the sender of the create event for the creator from version 11 on', () => {
    const room = new FixtureRoom('11', { creator: BOB });
    const join = { ...room.member(BOB, BOB, 'join'), prev_events: [room.idOf(room.create)] };
    expect(authorizeEvent(join, room.lookup, room.rules).allowed).to.equal(false);
  });

  it('lets nobody join for somebody else, nor the banned', () => {
    const room = roomWith('12', { [BOB]: 'ban' }, undefined, 'public');
    expect(may(room, ALICE, CAROL, 'join')).to.equal(false);
    expect(may(room, BOB, BOB, 'join')).to.equal(false);
    expect(may(room, CAROL, CAROL, 'join')).to.equal(true);
  });

  it('lets only the invited join where there is no join rule', () => {
    const room = roomWith('12', { [BOB]: 'invite', [CAROL]: 'leave' });
    expect(may(room, BOB, BOB, 'join')).to.equal(true);
    expect(may(room, CAROL, CAROL, 'join')).to.equal(false);
  });

  it('lets the invited join where join rules name none, but not where they name null', () => {
    const room = roomWith('12', { [BOB]: 'invite' });
    room.set('m.room.join_rules', '', {});
    expect(may(room, BOB, BOB, 'join')).to.equal(true);
    room.set('m.room.join_rules', '', { join_rule: null });
    expect(may(room, BOB, BOB, 'join')).to.equal(false);
  });

  it('lets members change their profile under any join rule it knows', () => {
    for (const rule of ['public', 'invite', 'knock', 'restricted', 'knock_restricted']) {
      expect(may(roomWith('10', { [BOB]: 'join' }, undefined, rule), BOB, BOB, 'join'), rule).to.equal(true);
    }
  });

  it('knows each join rule from the version on that brought it', () => {
    const first: [string, string, string][] = [
      ['knock', '6', '7'],
      ['restricted', '7', '8'],
      ['knock_restricted', '9', '10'],
    ];
    for (const [rule, before, since] of first) {
      expect(may(roomWith(before, { [BOB]: 'invite' }, undefined, rule), BOB, BOB, 'join'), rule).to.equal(
        false,
      );
      expect(may(roomWith(since, { [BOB]: 'invite' }, undefined, rule), BOB, BOB, 'join'), rule).to.equal(
        true,
      );
    }
    expect(may(roomWith('12', { [BOB]: 'invite' }, undefined, 'private'), BOB, BOB, 'join')).to.equal(false);
  });

  it('lets in restricted joins that a member who may invite has authorised', () => {
    const room = roomWith('12', { [CAROL]: 'join' }, { invite: 50, users: { [CAROL]: 50 } }, 'restricted');
    const via = (userId: string) => may(room, BOB, BOB, 'join', { join_authorised_via_users_server: userId });
    expect(may(room, BOB, BOB, 'join')).to.equal(false);
    expect(via(CAROL)).to.equal(true);
    expect(via('@nobody:c.test')).to.equal(false);
    room.setMember(CAROL, 'leave');
    expect(via(CAROL)).to.equal(false);
    room.setMember(CAROL, 'join');
    room.set('m.room.power_levels', '', { invite: 50, users: { [CAROL]: 49 } });
    expect(via(CAROL)).to.equal(false);
  });
});

describe('authorisation of invites', () => {
  it('needs a member with the invite level, and somebody who is neither in nor banned', () => {
    const room = roomWith('12', { [BOB]: 'join' }, { invite: 10, users: { [BOB]: 10 } });
    expect(may(room, BOB, CAROL, 'invite')).to.equal(true);
    for (const membership of ['join', 'ban']) {
      room.setMember(CAROL, membership);
      expect(may(room, BOB, CAROL, 'invite'), membership).to.equal(false);
    }
    room.setMember(CAROL, 'knock');
    expect(may(room, BOB, CAROL, 'invite')).to.equal(true);
    room.set('m.room.power_levels', '', { invite: 11, users: { [BOB]: 10 } });
    expect(may(room, BOB, CAROL, 'invite')).to.equal(false);
    room.setMember(BOB, 'invite');
    room.set('m.room.power_levels', '', {});
    expect(may(room, BOB, CAROL, 'invite')).to.equal(false);
  });
});

describe('authorisation of third-party invites', () => {
  const key = generateSigningKey(Buffer.alloc(32, 1), '1');
  const other = generateSigningKey(Buffer.alloc(32, 2), '1');

  function redeem(room: FixtureRoom, signedBy: SigningKey, signed: JsonObject, target = CAROL): boolean {
    const content = {
      third_party_invite: { display_name: 'C', signed: signJson(signed, 'id.test', signedBy) },
    };
    return may(room, BOB, target, 'invite', content as JsonObject);
  }

  function invitedRoom(content: JsonObject = { public_key: key.publicKeyBase64 }): FixtureRoom {
    const room = roomWith('12', { [BOB]: 'leave' });
    room.set('m.room.third_party_invite', 'token', content, BOB);
    return room;
  }

  it('lets the inviter redeem what the identity server signed, even after leaving', () => {
    expect(redeem(invitedRoom(), key, { mxid: CAROL, token: 'token' })).to.equal(true);
  });

  it('looks for the key among all keys of the invite', () => {
    const room = invitedRoom({
      public_key: other.publicKeyBase64,
      public_keys: [{ public_key: 5 }, { public_key: key.publicKeyBase64 }],
    });
    expect(redeem(room, key, { mxid: CAROL, token: 'token' })).to.equal(true);
  });

  it('rejects other users, tokens, keys and inviters, and the banned', () => {
    expect(redeem(invitedRoom(), key, { mxid: BOB, token: 'token' }, CAROL)).to.equal(false);
    expect(redeem(invitedRoom(), key, { mxid: CAROL, token: 'other' })).to.equal(false);
    expect(redeem(invitedRoom(), key, { mxid: CAROL })).to.equal(false);
    expect(redeem(invitedRoom(), other, { mxid: CAROL, token: 'token' })).to.equal(false);
    const byAlice = invitedRoom();
    byAlice.set('m.room.third_party_invite', 'token', { public_key: key.publicKeyBase64 }, ALICE);
    expect(redeem(byAlice, key, { mxid: CAROL, token: 'token' })).to.equal(false);
    const banned = invitedRoom();
    banned.setMember(CAROL, 'ban');
    expect(redeem(banned, key, { mxid: CAROL, token: 'token' })).to.equal(false);
  });

  it('rejects invites that are malformed', () => {
    for (const third_party_invite of [
      null,
      'x',
      {},
      { signed: 5 },
      { signed: { mxid: CAROL, token: 'token' } },
    ]) {
      const room = roomWith('12', { [BOB]: 'join' });
      room.set('m.room.third_party_invite', 'token', { public_key: key.publicKeyBase64 }, BOB);
      expect(may(room, BOB, CAROL, 'invite', { third_party_invite })).to.equal(false);
    }
  });
});

describe('authorisation of leaving, kicking and banning', () => {
  it('lets the joined and the invited leave, and from version 7 on those who knocked', () => {
    const leaves = (version: string, membership: string) =>
      may(roomWith(version, { [BOB]: membership }), BOB, BOB, 'leave');
    for (const membership of ['join', 'invite']) expect(leaves('6', membership), membership).to.equal(true);
    for (const membership of ['leave', 'ban']) expect(leaves('12', membership), membership).to.equal(false);
    expect(leaves('6', 'knock')).to.equal(false);
    expect(leaves('7', 'knock')).to.equal(true);
  });

  it('lets members with the kick level remove those below them', () => {
    const room = roomWith(
      '12',
      { [BOB]: 'join', [CAROL]: 'join' },
      { kick: 40, users: { [BOB]: 50, [CAROL]: 49 } },
    );
    expect(may(room, BOB, CAROL, 'leave')).to.equal(true);
    expect(may(room, CAROL, BOB, 'leave')).to.equal(false);
    room.set('m.room.power_levels', '', { kick: 40, users: { [BOB]: 50, [CAROL]: 50 } });
    expect(may(room, BOB, CAROL, 'leave')).to.equal(false);
    room.set('m.room.power_levels', '', { kick: 51, users: { [BOB]: 50 } });
    expect(may(room, BOB, CAROL, 'leave')).to.equal(false);
  });

  it('needs the ban level as well as the kick level to lift a ban', () => {
    const room = roomWith(
      '12',
      { [BOB]: 'join', [CAROL]: 'ban' },
      { ban: 60, kick: 40, users: { [BOB]: 50 } },
    );
    expect(may(room, BOB, CAROL, 'leave')).to.equal(false);
    room.set('m.room.power_levels', '', { ban: 40, kick: 60, users: { [BOB]: 50 } });
    expect(may(room, BOB, CAROL, 'leave')).to.equal(false);
    room.set('m.room.power_levels', '', { ban: 50, kick: 50, users: { [BOB]: 50 } });
    expect(may(room, BOB, CAROL, 'leave')).to.equal(true);
  });

  it('lets members with the ban level ban those below them, in the room or not', () => {
    const room = roomWith('12', { [BOB]: 'join' }, { ban: 50, users: { [BOB]: 50, '@dave:b.test': 50 } });
    expect(may(room, BOB, CAROL, 'ban')).to.equal(true);
    expect(may(room, BOB, '@dave:b.test', 'ban')).to.equal(false);
    room.setMember(BOB, 'leave');
    expect(may(room, BOB, CAROL, 'ban')).to.equal(false);
  });

  it('puts the creators of version 12 above everybody, but not above each other', () => {
    const room = new FixtureRoom('12', { additional_creators: [BOB] });
    room.setMember(BOB, 'join');
    room.setMember(CAROL, 'join');
    room.set('m.room.power_levels', '', { users: { [CAROL]: Number.MAX_SAFE_INTEGER } });
    expect(may(room, BOB, CAROL, 'ban')).to.equal(true);
    expect(may(room, BOB, ALICE, 'ban')).to.equal(false);
    expect(may(room, CAROL, BOB, 'ban')).to.equal(false);
  });
});

describe('authorisation of knocking', () => {
  it('needs a join rule that takes knocks', () => {
    const knocks = (version: string, rule: string) =>
      may(roomWith(version, {}, undefined, rule), BOB, BOB, 'knock');
    expect(knocks('6', 'knock')).to.equal(false);
    expect(knocks('7', 'knock')).to.equal(true);
    expect(knocks('9', 'knock_restricted')).to.equal(false);
    expect(knocks('10', 'knock_restricted')).to.equal(true);
    for (const rule of ['public', 'invite', 'restricted']) expect(knocks('12', rule), rule).to.equal(false);
  });

  it('is for oneself, and not for those who are banned, invited or in', () => {
    const room = roomWith('12', {}, undefined, 'knock');
    expect(may(room, BOB, CAROL, 'knock')).to.equal(false);
    for (const membership of ['ban', 'invite', 'join']) {
      room.setMember(BOB, membership);
      expect(may(room, BOB, BOB, 'knock'), membership).to.equal(false);
    }
    for (const membership of ['leave', 'knock']) {
      room.setMember(BOB, membership);
      expect(may(room, BOB, BOB, 'knock'), membership).to.equal(true);
    }
  });
});
