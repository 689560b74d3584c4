import type { OtherServers } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { Descriptions } from './describe-room.ts';
import { Histories } from './fetch-history.ts';
import { findAlias } from './find-alias.ts';
import { inviteElsewhere } from './invite-elsewhere.ts';
import { joinElsewhere } from './join-elsewhere.ts';
import { knockElsewhere, leaveElsewhere } from './knock-and-leave.ts';

export { completeRoom, resumeCompleting } from './complete-room.ts';

/** What rooms need of other servers. @param context is there when the first of it is needed, which is made after the rooms. */
export function otherServersThrough(context: () => FederationContext): OtherServers {
  const histories = new Histories();
  const descriptions = new Descriptions();
  return {
    join: (membership) => joinElsewhere(context(), membership),
    knock: (membership) => knockElsewhere(context(), membership),
    leave: (membership) => leaveElsewhere(context(), membership),
    invite: (invite) => inviteElsewhere(context(), invite),
    fetchHistory: (roomId) => histories.fetch(context(), roomId),
    describe: (request) => descriptions.find(context(), request),
    findAlias: (alias) => findAlias(context(), alias),
  };
}
