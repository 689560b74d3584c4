/** What Discord communities expect and Matrix lacks; each function takes the `GuildsContext` first. */
export { closeChannel, closeGuild, closeRooms } from './close-rooms.ts';
export type { GuildsContext } from './context.ts';
export { type ChannelRequest, type ChannelSummary, createChannel } from './create-channel.ts';
export { createGuild, type GuildRequest } from './create-guild.ts';
export { type ChangedMembership, carryMembership, followMemberships } from './follow-membership.ts';
export {
  createInvite,
  type InviteDetails,
  type InvitePreview,
  inviterOf,
  listInvites,
  pictureOfInvite,
  previewInvite,
  redeemInvite,
  revokeInvite,
} from './invite-links.ts';
export { moveChannel } from './move-channel.ts';
