/** The federation: other homeservers, asked and answered. */
export { DESTINATION_ORDERS } from '../storage/index.ts';
export { createFederation, type Federation, type FederationSettings } from './create-federation.ts';
export {
  acceptInvite,
  exchangeThirdPartyInvite,
  makeMembership,
  redeemThirdPartyInvites,
  sendJoin,
  sendKnock,
  sendLeave,
} from './handshakes/index.ts';
export { completeRoom, otherServersThrough, resumeCompleting } from './joining/index.ts';
export { signForRoom } from './policy-signature.ts';
export { createReceiver, type Receiver } from './receiver/index.ts';
export { remoteKeysThrough } from './remote/remote-keys.ts';
export { remoteMediaThrough } from './remote/remote-media.ts';
export { getRemoteOpenIdUser } from './remote/remote-openid.ts';
export { remoteProfilesThrough } from './remote/remote-profiles.ts';
export { getPublicRoomsOf } from './remote/remote-public-rooms.ts';
export { KeptMessages } from './sender/kept-messages.ts';
export { SENDER_READER, Sender } from './sender/sender.ts';
