import fc from 'fast-check';
import { type JsonObject, lenientCanonicalJson } from '../../homeserver/src/protocol/canonical-json.ts';
import type { Pdu } from '../../homeserver/src/protocol/events.ts';
import {
  contentHash,
  eventIdOf,
  referenceHash,
  signingBytes,
} from '../../homeserver/src/protocol/hashing.ts';
import { redactPdu } from '../../homeserver/src/protocol/redaction.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';
import { type SigningKey, signBytes } from '../../homeserver/src/protocol/signing.ts';
import { pduFromWire, pduToWire } from '../../homeserver/src/protocol/wire.ts';
import { jsonValues } from './json-arbitraries.ts';
import type { EventForm } from './synapse-oracle.ts';

const TYPES = [
  ...['m.room.member', 'm.room.create', 'm.room.join_rules', 'm.room.power_levels', 'm.room.aliases'],
  ...['m.room.history_visibility', 'm.room.redaction', 'm.room.server_acl', 'm.room.message'],
];
const CONTENT_KEYS = [
  ...'membership join_authorised_via_users_server creator room_version join_rule allow aliases'.split(' '),
  ...'ban events events_default kick redact state_default users users_default invite'.split(' '),
  ...'notifications history_visibility redacts body displayname'.split(' '),
];
/** Keys that Synapse leaves out of content hashes, beside those that the specification names. */
const OUTSIDE_HASH_TO_SYNAPSE = ['age_ts', 'outlier', 'destinations'];
const FURTHER_KEYS = ['origin', 'membership', 'prev_state', 'foo', ...OUTSIDE_HASH_TO_SYNAPSE];

/** The heading of the known difference in docs/differences-from-synapse.md. */
export const HASHED_KEYS = 'Content hashes: keys that Synapse leaves out';

/** Events with all that redaction keeps or takes away, in the form in which servers exchange them. */
export function wireEventsOf(rules: RoomVersionRules): fc.Arbitrary<JsonObject> {
  const value = jsonValues(rules.strictCanonicalJson);
  const some = (keys: readonly string[], share: number) =>
    fc.tuple(
      ...keys.map((key) =>
        fc.option(
          value.map((it) => [key, it] as const),
          { freq: share, nil: undefined },
        ),
      ),
    );
  const invites = fc.oneof(value, fc.record({ signed: value, display_name: value }, { requiredKeys: [] }));
  return fc
    .record({
      type: fc.constantFrom(...TYPES),
      content: some(CONTENT_KEYS, 2),
      invite: fc.option(invites, { freq: 2, nil: undefined }),
      further: fc.tuple(
        ...FURTHER_KEYS.map((key) =>
          fc.option(fc.tuple(fc.constant(key), value), { nil: undefined, freq: 2 }),
        ),
      ),
      isState: fc.boolean(),
      redacts: fc.constantFrom('$target:a.test', undefined),
      unsigned: fc.constantFrom({ age: 1 }, undefined),
      hash: fc.constantFrom<unknown>({ sha256: 'aGFzaA' }, {}),
    })
    .map(({ type, content, invite, further, isState, redacts, unsigned, hash }) => {
      const isFirst = rules.roomIdIsCreateHash && type === 'm.room.create';
      const references = (id: string) => (rules.referencesCarryHashes ? [[id, hash]] : [id]);
      return withoutUndefined({
        ...Object.fromEntries(further.filter((entry) => entry !== undefined)),
        type,
        room_id: isFirst ? undefined : '!room:a.test',
        sender: '@alice:a.test',
        state_key: isState || isFirst ? '' : undefined,
        content: withoutUndefined({
          ...Object.fromEntries(content.filter((entry) => entry !== undefined)),
          third_party_invite: invite,
        }),
        prev_events: references('$previous:a.test'),
        auth_events: references('$auth:a.test'),
        depth: 7,
        origin_server_ts: 1_700_000_000_000,
        hashes: { sha256: 'aGFzaA' },
        signatures: { 'a.test': { 'ed25519:1': 'c2ln' } },
        event_id: rules.eventIdFormat === 'in-event' ? '$event:a.test' : undefined,
        redacts,
        unsigned,
      });
    });
}

function withoutUndefined(object: Record<string, unknown>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as JsonObject;
}

/**
 * What our side computes from an event alone.
 * @param rules of the room.
 * @param wrong rules that our side takes instead, when it is to be wrong.
 */
export function formOf(
  event: JsonObject,
  rules: RoomVersionRules,
  key: SigningKey,
  wrong = rules,
): EventForm {
  const pdu = pduFromWire(event, rules);
  return {
    content_hash: hashOf(pdu, wrong),
    reference_hash: referenceHash(pdu, wrong).toString('hex'),
    event_id: eventIdOf(pdu, wrong),
    redacted: lenientCanonicalJson(pduToWire(redactPdu(pdu, wrong), wrong)),
    signature: signBytes(signingBytes(pdu, wrong), key),
  };
}

/** Synapse's answer with the content hash that the specification wants, where that is why they differ. */
export function withSpecifiedHash(theirs: EventForm, event: JsonObject, rules: RoomVersionRules): EventForm {
  const pdu = pduFromWire(event, rules);
  const asSynapse = Object.fromEntries(
    Object.entries(pdu).filter(([key]) => !OUTSIDE_HASH_TO_SYNAPSE.includes(key)),
  );
  if (hashOf(asSynapse as unknown as Pdu, rules) !== theirs.content_hash) return theirs;
  return { ...theirs, content_hash: hashOf(pdu, rules) };
}

function hashOf(pdu: Pdu, rules: RoomVersionRules): string {
  return Buffer.from(contentHash(pdu, rules), 'base64').toString('hex');
}
