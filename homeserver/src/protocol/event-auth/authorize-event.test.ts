import { expect } from 'chai';
import type { JsonObject } from '../canonical-json.ts';
import type { Pdu } from '../events.ts';
import { FixtureRoom, makePdu, rulesOf } from '../fixtures.ts';
import { supportedRoomVersions } from '../room-versions.ts';
import { authorizeEvent, redactionApplies } from './authorize-event.ts';

const ALICE = '@alice:a.test';
const BOB = '@bob:b.test';
const nothing = () => undefined;

function isAllowed(room: FixtureRoom, event: Pdu): boolean {
  return authorizeEvent(event, room.lookup, room.rules).allowed;
}

function reasonOf(room: FixtureRoom, event: Pdu): string {
  const decision = authorizeEvent(event, room.lookup, room.rules);
  return decision.allowed ? 'allowed' : decision.reason;
}

describe('authorisation of create events', () => {
  const create = (version: string, given: Partial<Pdu> = {}, content: JsonObject = {}) =>
    authorizeEvent({ ...new FixtureRoom(version, content).create, ...given }, nothing, rulesOf(version));

  for (const version of supportedRoomVersions) {
    it(`allows a plain one in version ${version}`, () => {
      expect(create(version)).to.deep.equal({ allowed: true });
    });
  }

  it('rejects one that follows another event', () => {
    expect(create('12', { prev_events: ['$x'] }).allowed).to.equal(false);
  });

  it('rejects one for a room of another server until version 11', () => {
    expect(create('11', { room_id: '!room:b.test' }).allowed).to.equal(false);
  });

  it('rejects one that names a room from version 12 on', () => {
    expect(create('12', { room_id: '!room:a.test' }).allowed).to.equal(false);
  });

  it('rejects unknown room versions', () => {
    expect(create('12', {}, { room_version: '99' }).allowed).to.equal(false);
    expect(create('12', {}, { room_version: 12 }).allowed).to.equal(false);
  });

  it('rejects one without a creator until version 10', () => {
    expect(create('10', { content: {} }).allowed).to.equal(false);
    expect(create('11', { content: {} }).allowed).to.equal(true);
  });

  it('rejects additional creators that are no list of user IDs from version 12 on', () => {
    for (const additional_creators of ['@b:b.test', ['bob'], [5], {}]) {
      expect(create('12', {}, { additional_creators }).allowed, JSON.stringify(additional_creators)).to.equal(
        false,
      );
    }
    expect(create('12', {}, { additional_creators: [BOB] }).allowed).to.equal(true);
    expect(create('11', {}, { additional_creators: 'anything' }).allowed).to.equal(true);
  });
});

describe('authorisation of events', () => {
  it('rejects everything in a room without a create event', () => {
    expect(authorizeEvent(makePdu(), nothing, rulesOf('11')).allowed).to.equal(false);
  });

  it('rejects events whose room ID is not the hash of the create event from version 12 on', () => {
    const room = new FixtureRoom('12');
    expect(isAllowed(room, room.event({ sender: ALICE }))).to.equal(true);
    expect(isAllowed(room, room.event({ sender: ALICE, room_id: '!other' }))).to.equal(false);
  });

  it('rejects senders of other servers in a room that does not federate', () => {
    const room = new FixtureRoom('12', { 'm.federate': false });
    room.setMember(BOB, 'join');
    expect(reasonOf(room, room.event({ sender: BOB }))).to.equal('The room does not federate');
    expect(isAllowed(room, room.event({ sender: ALICE }))).to.equal(true);
  });

  it('rejects senders who are not in the room', () => {
    const room = new FixtureRoom('12');
    for (const membership of ['invite', 'leave', 'ban', 'knock']) {
      room.setMember(BOB, membership);
      expect(isAllowed(room, room.event({ sender: BOB })), membership).to.equal(false);
    }
    room.setMember(BOB, 'join');
    expect(isAllowed(room, room.event({ sender: BOB }))).to.equal(true);
  });

  it('asks for state_default even in a room without power levels', () => {
    const room = new FixtureRoom('12');
    room.setMember(BOB, 'join');
    expect(isAllowed(room, room.event({ type: 'm.room.topic', sender: BOB, state_key: '' }))).to.equal(false);
    expect(isAllowed(room, room.event({ type: 'm.room.topic', sender: BOB }))).to.equal(true);
  });

  it('asks for the level of the event type', () => {
    const room = new FixtureRoom('12');
    room.setMember(BOB, 'join');
    room.set('m.room.power_levels', '', { events: { x: 30 }, users: { [BOB]: 29 } });
    expect(isAllowed(room, room.event({ type: 'x', sender: BOB }))).to.equal(false);
    room.set('m.room.power_levels', '', { events: { x: 30 }, users: { [BOB]: 30 } });
    expect(isAllowed(room, room.event({ type: 'x', sender: BOB }))).to.equal(true);
  });

  it('keeps state under a user ID to that user', () => {
    const room = new FixtureRoom('12');
    const under = (stateKey: string) => room.event({ type: 'x', sender: ALICE, state_key: stateKey });
    expect(isAllowed(room, under(ALICE))).to.equal(true);
    expect(isAllowed(room, under(BOB))).to.equal(false);
    expect(isAllowed(room, under(`_${BOB}_DEVICE`))).to.equal(true);
  });

  it('lets those who may invite send third-party invites, whatever the level for state is', () => {
    const room = new FixtureRoom('12');
    room.setMember(BOB, 'join');
    const invite = room.event({ type: 'm.room.third_party_invite', sender: BOB, state_key: 'token' });
    expect(isAllowed(room, invite)).to.equal(true);
    room.set('m.room.power_levels', '', { invite: 1 });
    expect(isAllowed(room, invite)).to.equal(false);
  });

  it('gives m.room.aliases to the server that its state key names until version 5', () => {
    const aliases = (room: FixtureRoom, stateKey?: string) =>
      room.event({
        type: 'm.room.aliases',
        sender: BOB,
        ...(stateKey !== undefined && { state_key: stateKey }),
      });
    const old = new FixtureRoom('5');
    expect(isAllowed(old, aliases(old, 'b.test'))).to.equal(true);
    expect(isAllowed(old, aliases(old, 'a.test'))).to.equal(false);
    expect(isAllowed(old, aliases(old))).to.equal(false);
    const recent = new FixtureRoom('6');
    expect(isAllowed(recent, aliases(recent, 'b.test'))).to.equal(false);
  });
});

describe('authorisation of redactions', () => {
  const redaction = (room: FixtureRoom, redacts: string) =>
    room.event({ type: 'm.room.redaction', sender: BOB, redacts });

  it('needs the redact level or an event of the same server in versions 1 and 2', () => {
    const room = new FixtureRoom('2');
    room.setMember(BOB, 'join');
    expect(isAllowed(room, redaction(room, '$x:a.test'))).to.equal(false);
    expect(isAllowed(room, redaction(room, '$x:b.test'))).to.equal(true);
    room.set('m.room.power_levels', '', { redact: 0 });
    expect(isAllowed(room, redaction(room, '$x:a.test'))).to.equal(true);
  });

  it('is decided when it is applied from version 3 on', () => {
    const room = new FixtureRoom('3');
    room.setMember(BOB, 'join');
    const event = redaction(room, '$x');
    const byAlice = room.event({ sender: ALICE });
    const byBob = room.event({ sender: '@robert:b.test' });
    expect(isAllowed(room, event)).to.equal(true);
    expect(redactionApplies(event, byAlice, room.lookup, room.rules)).to.equal(false);
    expect(redactionApplies(event, byBob, room.lookup, room.rules)).to.equal(true);
    room.set('m.room.power_levels', '', { users: { [BOB]: 50 } });
    expect(redactionApplies(event, byAlice, room.lookup, room.rules)).to.equal(true);
  });

  it('never applies to an event of another room', () => {
    const room = new FixtureRoom('12');
    const event = room.event({ type: 'm.room.redaction', sender: ALICE });
    expect(redactionApplies(event, room.create, room.lookup, room.rules)).to.equal(true);
    expect(redactionApplies(event, room.event({ room_id: '!other' }), room.lookup, room.rules)).to.equal(
      false,
    );
    expect(redactionApplies(event, new FixtureRoom('12', { x: 1 }).create, room.lookup, room.rules)).to.equal(
      false,
    );
  });
});
