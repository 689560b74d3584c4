import { eventIdOf } from '../hashing.ts';
import { ALLOWED, type AuthContext, type AuthDecision, rejected } from './decision.ts';
import { authorizeThirdPartyInvite } from './third-party-invite.ts';

/** Rule 4 (v1 to v5 and v12: rule 5): who may change whose membership to what. */
export function authorizeMember(context: AuthContext): AuthDecision {
  const { pdu, rules } = context;
  const target = pdu.state_key;
  const membership = pdu.content.membership;
  // 4.1: It says whose membership it is, and what.
  if (target === undefined || membership === undefined) {
    return rejected('A membership needs a state key and a membership');
  }
  // 4.2, the signature of the authorising user's server, is checked with the event's other signatures.
  switch (membership) {
    case 'join':
      return authorizeJoin(context, target);
    case 'invite':
      return authorizeInvite(context, target);
    case 'leave':
      return authorizeLeave(context, target);
    case 'ban':
      return authorizeBan(context, target);
    case 'knock':
      if (rules.knock) return authorizeKnock(context, target);
  }
  // 4.8: No other memberships.
  return rejected('The membership is unknown');
}

/** 4.3 */
function authorizeJoin(context: AuthContext, target: string): AuthDecision {
  const { pdu, rules } = context;
  // 4.3.1: The creator joins right after creating the room.
  if (isFirstJoin(context, target)) return ALLOWED;
  // 4.3.2: Nobody joins for somebody else.
  if (pdu.sender !== target) return rejected('Nobody can join for somebody else');
  const membership = context.membershipOf(target);
  // 4.3.3: The banned stay out.
  if (membership === 'ban') return rejected('The sender is banned');
  const isInvitedOrIn = membership === 'invite' || membership === 'join';
  switch (context.joinRule) {
    // 4.3.6: Public rooms are open.
    case 'public':
      return ALLOWED;
    // 4.3.4: Invite (v7 and on: also knock) needs an invitation; who is in may stay in.
    case 'invite':
      return isInvitedOrIn ? ALLOWED : rejected('The sender is not invited');
    case 'knock':
      if (rules.knock) return isInvitedOrIn ? ALLOWED : rejected('The sender is not invited');
      break;
    // 4.3.5 (v8 and on; knock_restricted v10 and on): An invitation, or a member who may invite vouches.
    case 'restricted':
      if (rules.restricted) return isInvitedOrIn ? ALLOWED : authorizeRestrictedJoin(context);
      break;
    case 'knock_restricted':
      if (rules.knockRestricted) return isInvitedOrIn ? ALLOWED : authorizeRestrictedJoin(context);
      break;
  }
  // 4.3.7
  return rejected('The join rule allows nobody to join');
}

function isFirstJoin({ pdu, create, creators, rules }: AuthContext, target: string): boolean {
  if (pdu.prev_events.length !== 1 || target !== creators[0]) return false;
  return pdu.prev_events[0] === eventIdOf(create, rules);
}

/** 4.3.5.2: `join_authorised_via_users_server` is a member who may invite. */
function authorizeRestrictedJoin(context: AuthContext): AuthDecision {
  const via = context.pdu.content.join_authorised_via_users_server;
  if (typeof via !== 'string') return rejected('The join is authorised by nobody');
  if (context.membershipOf(via) !== 'join') return rejected('The authorising user is not in the room');
  if (context.levels.userLevel(via) < context.levels.invite)
    return rejected('The authorising user may not invite');
  return ALLOWED;
}

/** 4.4 */
function authorizeInvite(context: AuthContext, target: string): AuthDecision {
  const { pdu, levels } = context;
  // 4.4.1: Invitations by way of an identity server.
  if (pdu.content.third_party_invite !== undefined) return authorizeThirdPartyInvite(context, target);
  // 4.4.2: Members invite.
  if (context.membershipOf(pdu.sender) !== 'join') return rejected('The sender is not in the room');
  // 4.4.3: Neither those who are in nor the banned can be invited.
  const membership = context.membershipOf(target);
  if (membership === 'join') return rejected('The user is in the room already');
  if (membership === 'ban') return rejected('The user is banned');
  // 4.4.4
  if (context.senderLevel >= levels.invite) return ALLOWED;
  return rejected(`Inviting needs power level ${levels.invite}, the sender has ${context.senderLevel}`);
}

/** 4.5 */
function authorizeLeave(context: AuthContext, target: string): AuthDecision {
  const { pdu, levels, rules } = context;
  const membership = context.membershipOf(target);
  // 4.5.1: Leaving, declining, and (v7 and on) withdrawing a knock.
  if (pdu.sender === target) {
    if (membership === 'join' || membership === 'invite' || (rules.knock && membership === 'knock'))
      return ALLOWED;
    return rejected('The sender is not in the room, nor invited');
  }
  // 4.5.2: Members kick.
  if (context.membershipOf(pdu.sender) !== 'join') return rejected('The sender is not in the room');
  // 4.5.3: Lifting a ban needs the ban level as well.
  if (membership === 'ban' && context.senderLevel < levels.ban) {
    return rejected(`Unbanning needs power level ${levels.ban}, the sender has ${context.senderLevel}`);
  }
  // 4.5.4: The kick level, over somebody lower.
  if (context.senderLevel < levels.kick) {
    return rejected(`Kicking needs power level ${levels.kick}, the sender has ${context.senderLevel}`);
  }
  if (levels.userLevel(target) < context.senderLevel) return ALLOWED;
  return rejected('The user has as much power as the sender');
}

/** 4.6 */
function authorizeBan(context: AuthContext, target: string): AuthDecision {
  const { pdu, levels } = context;
  // 4.6.1: Members ban.
  if (context.membershipOf(pdu.sender) !== 'join') return rejected('The sender is not in the room');
  // 4.6.2: The ban level, over somebody lower.
  if (context.senderLevel < levels.ban) {
    return rejected(`Banning needs power level ${levels.ban}, the sender has ${context.senderLevel}`);
  }
  if (levels.userLevel(target) < context.senderLevel) return ALLOWED;
  return rejected('The user has as much power as the sender');
}

/** 4.7 (v7 and on) */
function authorizeKnock(context: AuthContext, target: string): AuthDecision {
  // 4.7.1: The room takes knocks.
  const rule = context.joinRule;
  if (rule !== 'knock' && !(context.rules.knockRestricted && rule === 'knock_restricted')) {
    return rejected('The join rule does not allow knocking');
  }
  // 4.7.2: Nobody knocks for somebody else.
  if (context.pdu.sender !== target) return rejected('Nobody can knock for somebody else');
  // 4.7.3
  const membership = context.membershipOf(target);
  if (membership === 'ban') return rejected('The sender is banned');
  if (membership === 'invite' || membership === 'join')
    return rejected('The sender can join without knocking');
  return ALLOWED;
}
