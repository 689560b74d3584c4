import { expect } from 'chai';
import fc from 'fast-check';
import type { JsonObject } from './canonical-json.ts';
import { makePdu, rulesOf } from './fixtures.ts';
import { redactPdu } from './redaction.ts';
import { supportedRoomVersions } from './room-versions.ts';

function keptContent(version: string, type: string, content: JsonObject): string[] {
  return Object.keys(redactPdu(makePdu({ type, content }), rulesOf(version)).content).sort();
}

describe('redaction', () => {
  it('removes unsigned and unknown keys, and leaves what names the event', () => {
    const pdu = { ...makePdu({ state_key: '', unsigned: { age: 1 }, redacts: '$x' }), extra: true };
    expect(redactPdu(pdu, rulesOf('10'))).to.have.all.keys(
      'type room_id sender state_key content hashes signatures depth prev_events auth_events origin_server_ts'.split(
        ' ',
      ),
    );
  });

  it('keeps origin, membership and prev_state at the top level until version 10', () => {
    const pdu = { ...makePdu(), origin: 'a.test', membership: 'join', prev_state: [] };
    expect(redactPdu(pdu, rulesOf('10'))).to.include.keys('origin', 'membership', 'prev_state');
    expect(redactPdu(pdu, rulesOf('11'))).to.not.have.any.keys('origin', 'membership', 'prev_state');
  });

  it('empties the content of messages and of server ACLs', () => {
    expect(keptContent('12', 'm.room.message', { body: 'x' })).to.deep.equal([]);
    expect(keptContent('12', 'm.room.server_acl', { deny: [] })).to.deep.equal([]);
  });

  it('keeps aliases until version 5', () => {
    expect(keptContent('5', 'm.room.aliases', { aliases: [] })).to.deep.equal(['aliases']);
    expect(keptContent('6', 'm.room.aliases', { aliases: [] })).to.deep.equal([]);
  });

  it('keeps the allow list of join rules from version 8 on', () => {
    const content = { join_rule: 'restricted', allow: [], other: 1 };
    expect(keptContent('7', 'm.room.join_rules', content)).to.deep.equal(['join_rule']);
    expect(keptContent('8', 'm.room.join_rules', content)).to.deep.equal(['allow', 'join_rule']);
  });

  it('keeps the authorising user of a join from version 9 on', () => {
    const content = { membership: 'join', join_authorised_via_users_server: '@a:b', displayname: 'A' };
    expect(keptContent('8', 'm.room.member', content)).to.deep.equal(['membership']);
    expect(keptContent('9', 'm.room.member', content)).to.deep.equal([
      'join_authorised_via_users_server',
      'membership',
    ]);
  });

  it('keeps what an identity server signed from version 11 on', () => {
    const content = { third_party_invite: { display_name: 'A', signed: { token: 't' } } };
    const redact = (version: string) =>
      redactPdu(makePdu({ type: 'm.room.member', content }), rulesOf(version)).content;
    expect(redact('10')).to.deep.equal({});
    expect(redact('11')).to.deep.equal({ third_party_invite: { signed: { token: 't' } } });
  });

  it('keeps the whole create event from version 11 on, and its creator before', () => {
    const content = { creator: '@a:b', room_version: '10', predecessor: {} };
    expect(keptContent('10', 'm.room.create', content)).to.deep.equal(['creator']);
    expect(keptContent('11', 'm.room.create', content)).to.deep.equal([
      'creator',
      'predecessor',
      'room_version',
    ]);
  });

  it('keeps power levels but for notifications, and the invite level from version 11 on', () => {
    const content = { ban: 1, invite: 2, notifications: {}, users: {} };
    expect(keptContent('10', 'm.room.power_levels', content)).to.deep.equal(['ban', 'users']);
    expect(keptContent('11', 'm.room.power_levels', content)).to.deep.equal(['ban', 'invite', 'users']);
  });

  it('keeps what a redaction redacts where the version has it in the content', () => {
    expect(keptContent('10', 'm.room.redaction', { redacts: '$x', reason: 'y' })).to.deep.equal([]);
    expect(keptContent('11', 'm.room.redaction', { redacts: '$x', reason: 'y' })).to.deep.equal(['redacts']);
  });

  it('changes nothing the second time, nor the event that it is given', () => {
    const types = [
      'm.room.member',
      'm.room.create',
      'm.room.power_levels',
      'm.room.join_rules',
      'm.room.redaction',
      'x',
    ];
    const keys = [
      'membership',
      'third_party_invite',
      'users',
      'creator',
      'join_rule',
      'allow',
      'redacts',
      'body',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...supportedRoomVersions),
        fc.constantFrom(...types),
        fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()),
        (version, type, content) => {
          const rules = rulesOf(version);
          const pdu = makePdu({ type, content: content as JsonObject, unsigned: { age: 1 } });
          const before = structuredClone(pdu);
          const once = redactPdu(pdu, rules);
          expect(redactPdu(once, rules)).to.deep.equal(once);
          expect(pdu).to.deep.equal(before);
        },
      ),
      { seed: 1 },
    );
  });
});
