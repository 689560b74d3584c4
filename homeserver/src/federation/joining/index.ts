import type { OtherServers } from '../../rooms/index.ts';
import { coSign } from '../co-sign.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { askPolicyServer } from '../policy-signature.ts';
import { forClient } from './ask-in-turn.ts';
import { Descriptions } from './describe-room.ts';
import { EventsElsewhere } from './event-elsewhere.ts';
import { Histories } from './fetch-history.ts';
import { MissedHistories } from './fetch-missed.ts';
import { findAlias } from './find-alias.ts';
import { inviteElsewhere } from './invite-elsewhere.ts';
import { joinElsewhere } from './join-elsewhere.ts';
import { knockElsewhere, leaveElsewhere } from './knock-and-leave.ts';

export { completeRoom, resumeCompleting } from './complete-room.ts';

/** A policy server that does not answer soon holds up everybody in the room. */
const SOMEBODY_WAITS = { timeLimitMs: 10_000, isUrgent: true };

/** What rooms need of other servers. @param context is there when the first of it is needed, which is made after the rooms. */
export function otherServersThrough(context: () => FederationContext): OtherServers {
  const histories = new Histories();
  const missed = new MissedHistories();
  const descriptions = new Descriptions();
  const events = new EventsElsewhere();
  return {
    join: (membership) => joinElsewhere(context(), membership),
    knock: (membership) => knockElsewhere(context(), membership),
    leave: (membership) => leaveElsewhere(context(), membership),
    invite: (invite) => inviteElsewhere(context(), invite),
    fetchHistory: (roomId) => histories.fetch(context(), roomId),
    fetchMissed: (roomId, eventNid) => missed.fetch(context(), roomId, eventNid),
    depthOf: (roomId, eventId) => events.depthOf(context(), roomId, eventId),
    describe: (request) => descriptions.find(context(), request),
    findAlias: (alias) => findAlias(context(), alias),
    async askPolicyServer(server, { rules }, pdu) {
      try {
        const signed = coSign(context(), pdu, rules);
        return await askPolicyServer(context(), server, signed, rules, SOMEBODY_WAITS);
      } catch (error) {
        throw error instanceof FederationError ? forClient(error) : error;
      }
    },
  };
}
