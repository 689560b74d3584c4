/** What other servers do in rooms through this one. */
export { acceptInvite } from './accept-invite.ts';
export { makeMembership } from './make-membership.ts';
export { sendJoin, sendKnock, sendLeave } from './send-membership.ts';
export { exchangeThirdPartyInvite, redeemThirdPartyInvites } from './third-party-invite.ts';
