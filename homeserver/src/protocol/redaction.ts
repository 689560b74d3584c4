import type { JsonObject } from './canonical-json.ts';
import type { Pdu } from './events.ts';
import { isJsonObject, ownValue } from './json-values.ts';
import type { RoomVersionRules } from './room-versions.ts';

/**
 * The redaction algorithm: what is left of an event when its content is taken away. What is left is also what gets
 * signed and what names the event, so that a redacted event still verifies.
 *
 * Source: specification v1.19, Room versions 1, 6, 8, 9 and 11, "Redactions".
 */
const KEPT_KEYS = [
  'event_id',
  'type',
  'room_id',
  'sender',
  'state_key',
  'hashes',
  'signatures',
  'depth',
  'prev_events',
  'auth_events',
  'origin_server_ts',
  'reference_hashes',
  'exact',
] as const;
const KEPT_BEFORE_V11 = ['prev_state', 'origin', 'membership'] as const;

const KEPT_POWER_LEVELS = [
  'ban',
  'events',
  'events_default',
  'kick',
  'redact',
  'state_default',
  'users',
  'users_default',
];

/**
 * The event without everything that a redaction removes, `unsigned` included. Does not change its argument. Redacting
 * twice is the same as redacting once.
 */
export function redactPdu(pdu: Pdu, rules: RoomVersionRules): Pdu {
  const source = pdu as unknown as Record<string, unknown>;
  const redacted: Record<string, unknown> = { content: redactContent(pdu, rules) };
  for (const key of KEPT_KEYS) {
    if (source[key] !== undefined) redacted[key] = source[key];
  }
  if (rules.redaction.keepsOriginMembershipPrevState) {
    for (const key of KEPT_BEFORE_V11) {
      if (source[key] !== undefined) redacted[key] = source[key];
    }
  }
  return redacted as unknown as Pdu;
}

function redactContent(pdu: Pdu, rules: RoomVersionRules): JsonObject {
  const { content } = pdu;
  switch (pdu.type) {
    case 'm.room.member':
      return redactMember(content, rules);
    case 'm.room.create':
      return rules.redaction.keepsCreateContent ? content : pick(content, ['creator']);
    case 'm.room.join_rules':
      return pick(content, rules.redaction.keepsJoinRulesAllow ? ['join_rule', 'allow'] : ['join_rule']);
    case 'm.room.power_levels':
      return pick(
        content,
        rules.redaction.keepsInviteLevel ? [...KEPT_POWER_LEVELS, 'invite'] : KEPT_POWER_LEVELS,
      );
    case 'm.room.history_visibility':
      return pick(content, ['history_visibility']);
    case 'm.room.aliases':
      return rules.redaction.keepsAliases ? pick(content, ['aliases']) : {};
    case 'm.room.redaction':
      return rules.redaction.keepsRedacts ? pick(content, ['redacts']) : {};
    default:
      return {};
  }
}

function redactMember(content: JsonObject, rules: RoomVersionRules): JsonObject {
  const kept = pick(
    content,
    rules.redaction.keepsJoinAuthorisedVia
      ? ['membership', 'join_authorised_via_users_server']
      : ['membership'],
  );
  const invite = content.third_party_invite;
  if (rules.redaction.keepsThirdPartyInviteSigned && isJsonObject(invite)) {
    // Without `signed` an empty object stays, as in Synapse: event IDs depend on it, and the specification is silent.
    kept.third_party_invite = pick(invite, ['signed']);
  }
  return kept;
}

function pick(content: JsonObject, keys: readonly string[]): JsonObject {
  const picked: JsonObject = {};
  for (const key of keys) {
    const value = ownValue(content, key);
    if (value !== undefined) picked[key] = value;
  }
  return picked;
}
