import { expect } from 'chai';
import type { Pdu } from './events.ts';
import { FixtureRoom, makePdu, rulesOf } from './fixtures.ts';
import { contentHash, eventIdOf, referenceHash, roomIdOf, roomIdOfCreate } from './hashing.ts';
import { parseJson } from './json-numbers.ts';
import { redactPdu } from './redaction.ts';
import { supportedRoomVersions } from './room-versions.ts';
import { pduFromWire } from './wire.ts';

const EVENT: Pdu = {
  type: 'm.room.message',
  room_id: '!room:a.test',
  sender: '@alice:a.test',
  content: { body: 'Hällo', msgtype: 'm.text' },
  prev_events: ['$prev'],
  auth_events: ['$auth'],
  depth: 7,
  origin_server_ts: 1700000000000,
  hashes: { sha256: 'x' },
  signatures: {},
};

describe('event hashes', () => {
  it('leave out of the content hash only what changes on the way', () => {
    const rules = rulesOf('12');
    const changed = { ...EVENT, unsigned: { age: 1 }, signatures: { 'a.test': {} }, hashes: { sha256: 'y' } };
    expect(contentHash(changed, rules)).to.equal(contentHash(EVENT, rules));
    expect(contentHash({ ...EVENT, content: {} }, rules)).to.not.equal(contentHash(EVENT, rules));
  });

  it('survive redaction where they name the event, in every version', () => {
    for (const version of supportedRoomVersions) {
      const rules = rulesOf(version);
      expect(
        referenceHash(redactPdu(EVENT, rules), rules).equals(referenceHash(EVENT, rules)),
        version,
      ).to.equal(true);
    }
  });

  it('cover the hashes beside references in versions 1 and 2', () => {
    const rules = rulesOf('1');
    const withHashes = (sha256: string) => ({
      ...EVENT,
      reference_hashes: { prev_events: [{ sha256 }], auth_events: [{ sha256: 'a' }] },
    });
    expect(contentHash(withHashes('p'), rules)).to.not.equal(contentHash(withHashes('q'), rules));
  });

  it('cover numbers as they were written in versions 1 to 5', () => {
    const wire = (number: string) =>
      pduFromWire(
        parseJson(JSON.stringify({ ...EVENT, content: { n: 0 } }).replace('{"n":0}', `{"n":${number}}`)),
        rulesOf('5'),
      );
    expect(contentHash(wire('1.0'), rulesOf('5'))).to.not.equal(contentHash(wire('1'), rulesOf('5')));
    expect(() => contentHash(wire('1.0'), rulesOf('6')))
      .to.throw()
      .with.property('errcode', 'M_BAD_JSON');
  });
});

describe('hashes that Synapse 1.157 computes', () => {
  it('are ours for the content', () => {
    const hex = Buffer.from(contentHash(EVENT, rulesOf('4')), 'base64').toString('hex');
    expect(hex).to.equal('7aa6a30832cfe76b35f76c100d5c3531379d99f79eaefb2adc965c71fbbea31c');
  });

  it('are ours for event IDs', () => {
    for (const version of ['3', '4', '11']) {
      expect(eventIdOf(EVENT, rulesOf(version))).to.equal('$J9qazwyP6U3FCyoB3kjvGfh5dd0KjRIqqW2cGodFoS0');
    }
  });

  it('are ours for a create event of version 12', () => {
    const { room_id: _none, ...create } = makePdu({
      type: 'm.room.create',
      state_key: '',
      content: { room_version: '12' },
    });
    expect(eventIdOf(create, rulesOf('12'))).to.equal('$0stuZ8blXNBOyLANJjG8bym7trSza2p1Ugmq10bLAbo');
  });

  it('are ours for an event of version 1 with hashes beside its references', () => {
    const event = {
      ...EVENT,
      event_id: '$x:a.test',
      reference_hashes: { prev_events: [{ sha256: 'p' }], auth_events: [{ sha256: 'q' }] },
    };
    expect(referenceHash(event, rulesOf('1')).toString('hex')).to.equal(
      '5e84795b20e93d8390252d3b99c43b9c9aa57902d11e535145a02f85fdae808e',
    );
  });
});

describe('event IDs', () => {
  it('are in the event in versions 1 and 2', () => {
    expect(eventIdOf(makePdu({ event_id: '$x:a.test' }), rulesOf('2'))).to.equal('$x:a.test');
    expect(() => eventIdOf(makePdu(), rulesOf('2'))).to.throw(TypeError);
  });

  it('are the reference hash in base64 in version 3, in URL-safe base64 later', () => {
    const event = { ...EVENT, depth: 10 };
    const standard = eventIdOf(event, rulesOf('3'));
    expect(standard).to.match(/[+/]/);
    expect(standard).to.equal(`$${referenceHash(event, rulesOf('3')).toString('base64').replace('=', '')}`);
    expect(eventIdOf(event, rulesOf('4'))).to.equal(standard.replaceAll('+', '-').replaceAll('/', '_'));
  });

  it('name the room from version 12 on', () => {
    const room = new FixtureRoom('12');
    expect(roomIdOfCreate(room.create, room.rules)).to.equal(`!${room.idOf(room.create).slice(1)}`);
    expect(roomIdOf(room.create, room.rules)).to.equal(room.roomId);
    expect(roomIdOf(room.event({}), room.rules)).to.equal(room.roomId);
    expect(new FixtureRoom('11').roomId).to.equal('!room:a.test');
  });
});
