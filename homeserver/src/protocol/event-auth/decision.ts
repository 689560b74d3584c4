import type { JsonValue } from '../canonical-json.ts';
import type { Pdu } from '../events.ts';
import { creatorsOf, type PowerLevels, powerLevelsOf } from '../power-levels.ts';
import type { RoomVersionRules } from '../room-versions.ts';

/** The verdict of the authorisation rules; `reason` is a sentence for people. */
export type AuthDecision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** The state event of this type and key in the state that an event is checked against. */
export type StateLookup = (type: string, stateKey: string) => Pdu | undefined;

/** The verdict of a rule that allows. */
export const ALLOWED: AuthDecision = { allowed: true };

/** The verdict of a rule that rejects. */
export function rejected(reason: string): AuthDecision {
  return { allowed: false, reason };
}

/** What the rules ask of the state again and again. */
export class AuthContext {
  readonly pdu: Pdu;
  readonly create: Pdu;
  readonly rules: RoomVersionRules;
  readonly state: StateLookup;
  readonly creators: readonly string[];
  readonly levels: PowerLevels;

  constructor(pdu: Pdu, create: Pdu, state: StateLookup, rules: RoomVersionRules) {
    this.pdu = pdu;
    this.create = create;
    this.state = state;
    this.rules = rules;
    this.creators = creatorsOf(create, rules);
    this.levels = powerLevelsOf(state('m.room.power_levels', '')?.content, this.creators, rules);
  }

  get senderLevel(): number {
    return this.levels.userLevel(this.pdu.sender);
  }

  /** The membership of a user, `leave` if the state has none. */
  membershipOf(userId: string): JsonValue {
    return this.state('m.room.member', userId)?.content.membership ?? 'leave';
  }

  /** The room's join rule, `invite` if the state has none. */
  get joinRule(): JsonValue {
    const rule = this.state('m.room.join_rules', '')?.content.join_rule;
    return rule === undefined ? 'invite' : rule;
  }
}
