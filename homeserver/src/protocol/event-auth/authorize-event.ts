import { type Pdu, redactsOf } from '../events.ts';
import { roomIdOfCreate } from '../hashing.ts';
import { domainOf, isUserId } from '../identifiers.ts';
import { type RoomVersionRules, roomVersionRules } from '../room-versions.ts';
import { ALLOWED, AuthContext, type AuthDecision, rejected, type StateLookup } from './decision.ts';
import { authorizeMember } from './membership.ts';
import { authorizePowerLevels } from './power-levels.ts';

/**
 * Decides whether an event is allowed in a state: the authorisation rules of all room versions but the one about
 * `auth_events` (`checkAuthEvents`). The comments number the rules as room version 11 does.
 *
 * Two things are the caller's: the event's own signatures, and that a join with `join_authorised_via_users_server`
 * is signed by the server of that user (rule 4.2); both need keys of other servers. The signatures of third-party
 * invites are verified here, their keys are in the state.
 *
 * @param state answers with the state event of a type and state key. It has to know the room's create event in every
 * version, also where `auth_events` does not name it.
 *
 * Source: specification v1.19, Room versions 1 to 12, "Authorization rules".
 */
export function authorizeEvent(pdu: Pdu, state: StateLookup, rules: RoomVersionRules): AuthDecision {
  if (pdu.type === 'm.room.create') return authorizeCreate(pdu, rules);
  const create = state('m.room.create', '');
  if (create === undefined) return rejected('The room has no create event');
  // v12 rule 2: The room ID names the create event.
  if (rules.roomIdIsCreateHash && pdu.room_id !== roomIdOfCreate(create, rules)) {
    return rejected('The room ID is not the hash of the create event');
  }
  // 3: A room that does not federate takes events from the creator's server only.
  if (create.content['m.federate'] === false && domainOf(pdu.sender) !== domainOf(create.sender)) {
    return rejected('The room does not federate');
  }
  // v1-v5 rule 4: Aliases are each server's own.
  if (rules.aliasesAuthRule && pdu.type === 'm.room.aliases') {
    if (pdu.state_key === undefined) return rejected('m.room.aliases needs a state key');
    if (pdu.state_key !== domainOf(pdu.sender))
      return rejected('The state key is not the server of the sender');
    return ALLOWED;
  }
  const context = new AuthContext(pdu, create, state, rules);
  // 4: Memberships.
  if (pdu.type === 'm.room.member') return authorizeMember(context);
  return authorizeByLevel(context);
}

/** Rule 1. */
function authorizeCreate(pdu: Pdu, rules: RoomVersionRules): AuthDecision {
  // 1.1: A create event is the first event.
  if (pdu.prev_events.length > 0) return rejected('A create event follows no event');
  if (rules.roomIdIsCreateHash) {
    // v12 1.2: Its ID is the room's ID, so that it cannot name it.
    if (pdu.room_id !== undefined) return rejected('A create event has no room_id');
  } else if (domainOf(pdu.room_id ?? '') !== domainOf(pdu.sender)) {
    // 1.2: The room is of the sender's server.
    return rejected('The room ID is of another server than the sender');
  }
  // 1.3: The room version, if given, is known.
  const version = pdu.content.room_version;
  if (version !== undefined && (typeof version !== 'string' || roomVersionRules(version) === undefined)) {
    return rejected('The room version is unknown');
  }
  // v1-v10 1.4: The creator is named.
  if (!rules.creatorIsSender && pdu.content.creator === undefined) {
    return rejected('The create event names no creator');
  }
  // v12 1.4: Further creators are user IDs.
  if (rules.creatorsHaveInfinitePower) {
    const additional = pdu.content.additional_creators;
    if (additional !== undefined && !(Array.isArray(additional) && additional.every(isUserId))) {
      return rejected('additional_creators must be a list of user IDs');
    }
  }
  return ALLOWED;
}

/** Rules 5 to 11: what is decided by membership and power level. */
function authorizeByLevel(context: AuthContext): AuthDecision {
  const { pdu, levels, rules } = context;
  // 5: The sender is in the room.
  if (context.membershipOf(pdu.sender) !== 'join') return rejected('The sender is not in the room');
  // 6: Third-party invites need the invite level, and nothing else.
  if (pdu.type === 'm.room.third_party_invite') {
    return context.senderLevel >= levels.invite ? ALLOWED : rejected('The sender may not invite');
  }
  // 7: The sender has the level for this type.
  const needed = levels.eventLevel(pdu.type, pdu.state_key !== undefined);
  if (context.senderLevel < needed) {
    return rejected(`Sending ${pdu.type} needs power level ${needed}, the sender has ${context.senderLevel}`);
  }
  // 8: State under a user's ID is that user's.
  if (pdu.state_key?.startsWith('@') && pdu.state_key !== pdu.sender) {
    return rejected('A state key that is a user ID must be the sender');
  }
  // 9: Power levels.
  if (pdu.type === 'm.room.power_levels') return authorizePowerLevels(context);
  // v1, v2 rule 11: Redactions.
  if (rules.redactionIsAuthRule && pdu.type === 'm.room.redaction') return authorizeRedaction(context);
  return ALLOWED;
}

function authorizeRedaction(context: AuthContext): AuthDecision {
  const { pdu, levels, rules } = context;
  if (context.senderLevel >= levels.redact) return ALLOWED;
  // Without a redact level, only events of the same server.
  if (domainOf(pdu.event_id ?? '') === domainOf(redactsOf(pdu, rules) ?? '')) return ALLOWED;
  return rejected('The sender may not redact events of other servers');
}

/**
 * Whether a redaction takes effect on the event that it names, given the state before the redaction. In room versions
 * 1 and 2 being authorised is enough; later the sender needs the redact level or has to be of the same server as the
 * sender of the redacted event.
 *
 * Source: specification v1.19, Room version 3, "Handling redactions".
 */
export function redactionApplies(
  redaction: Pdu,
  target: Pdu,
  state: StateLookup,
  rules: RoomVersionRules,
): boolean {
  if (redaction.room_id !== target.room_id && !isTargetCreate(redaction, target, rules)) return false;
  if (rules.redactionIsAuthRule) return true;
  if (domainOf(redaction.sender) === domainOf(target.sender)) return true;
  const create = state('m.room.create', '');
  if (create === undefined) return false;
  const context = new AuthContext(redaction, create, state, rules);
  return context.senderLevel >= context.levels.redact;
}

function isTargetCreate(redaction: Pdu, target: Pdu, rules: RoomVersionRules): boolean {
  return target.room_id === undefined && redaction.room_id === roomIdOfCreate(target, rules);
}
