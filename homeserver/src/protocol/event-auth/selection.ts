import type { JsonObject } from '../canonical-json.ts';
import { isState, type Pdu } from '../events.ts';
import { ownValue } from '../json-values.ts';
import type { RoomVersionRules } from '../room-versions.ts';
import { ALLOWED, type AuthDecision, rejected } from './decision.ts';

/** What the selection of auth events looks at. */
export interface AuthSelectionInput {
  readonly type: string;
  readonly state_key?: string;
  readonly sender: string;
  readonly content: JsonObject;
}

/**
 * The auth events selection algorithm: the types and state keys of the state that an event has to name in its
 * `auth_events`, without duplicates. From room version 12 on the create event is not among them.
 *
 * Source: Server-Server API v1.19, "Auth events selection".
 */
export function authEventKeys(event: AuthSelectionInput, rules: RoomVersionRules): [string, string][] {
  if (event.type === 'm.room.create') return [];
  const keys: [string, string][] = [];
  if (!rules.roomIdIsCreateHash) keys.push(['m.room.create', '']);
  keys.push(['m.room.power_levels', '']);
  const members = new Set([event.sender]);
  if (event.type === 'm.room.member') {
    const { content } = event;
    const membership = content.membership;
    if (event.state_key !== undefined) members.add(event.state_key);
    if (membership === 'join' || membership === 'invite' || membership === 'knock') {
      keys.push(['m.room.join_rules', '']);
    }
    if (membership === 'invite') {
      const token = thirdPartyToken(content);
      if (token !== undefined) keys.push(['m.room.third_party_invite', token]);
    }
    const authorisingUser = content.join_authorised_via_users_server;
    if (rules.restricted && membership === 'join' && typeof authorisingUser === 'string') {
      members.add(authorisingUser);
    }
  }
  for (const userId of members) keys.push(['m.room.member', userId]);
  return keys;
}

function thirdPartyToken(content: JsonObject): string | undefined {
  const token = ownValue(ownValue(content.third_party_invite, 'signed'), 'token');
  return typeof token === 'string' ? token : undefined;
}

/**
 * The rule on `auth_events` itself (rule 2, from room version 12 on rule 3). That none of them was rejected
 * (2.3, 3.3) is for the caller to see to: only it knows.
 * @param authEvents the events that `auth_events` names, all of them.
 */
export function checkAuthEvents(pdu: Pdu, authEvents: readonly Pdu[], rules: RoomVersionRules): AuthDecision {
  // Rule 1 decides about create events without looking at their auth_events.
  if (pdu.type === 'm.room.create') return ALLOWED;
  const expected = new Set(authEventKeys(pdu, rules).map(([type, stateKey]) => keyOf(type, stateKey)));
  const seen = new Set<string>();
  for (const event of authEvents) {
    if (!isState(event)) return rejected('auth_events has an event that is not state');
    const key = keyOf(event.type, event.state_key);
    // 2.1: No two entries for the same type and state key.
    if (seen.has(key)) return rejected(`auth_events has ${event.type} twice`);
    seen.add(key);
    // 2.2: No entries that the selection algorithm does not ask for.
    if (!expected.has(key)) return rejected(`auth_events has ${event.type}, which is not needed`);
    // 2.5: All entries are of the same room.
    if (event.room_id !== pdu.room_id) return rejected('auth_events has an event of another room');
  }
  // 2.4 (until room version 11): The create event is among the entries.
  if (!rules.roomIdIsCreateHash && !seen.has(keyOf('m.room.create', ''))) {
    return rejected('auth_events lacks the create event');
  }
  return ALLOWED;
}

function keyOf(type: string, stateKey: string): string {
  return `${type}\0${stateKey}`;
}
