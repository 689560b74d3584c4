import { createInvite, previewInvite, redeemInvite } from '../../guilds/index.ts';
import { customEndpoint } from '../endpoint.ts';

/** Makes an invite link to a guild. */
export const postInvite = customEndpoint(
  {
    name: 'guildhallCreateInvite',
    method: 'POST',
    path: '/_guildhall/client/v1/guilds/{guildId}/invites',
    auth: 'user',
    limit: 'invite',
    body: 'optional-json',
    bodySchema: { type: 'object', properties: {} },
  },
  ({ params, requester, services }) => createInvite(services.guilds, requester.userId, params.guildId),
);

/** What an invite leads to, for somebody who may have no account yet. */
export const getInvite = customEndpoint(
  {
    name: 'guildhallPreviewInvite',
    method: 'GET',
    path: '/_guildhall/client/v1/invites/{code}',
    auth: 'none',
    limit: 'usernameCheck',
  },
  ({ params, services }) => previewInvite(services.guilds, params.code),
);

/** Joins the guild that an invite leads to. */
export const postRedeem = customEndpoint(
  {
    name: 'guildhallRedeemInvite',
    method: 'POST',
    path: '/_guildhall/client/v1/invites/{code}/redeem',
    auth: 'user',
    limit: 'join',
    body: 'optional-json',
    bodySchema: { type: 'object', properties: {} },
  },
  async ({ params, requester, services }) => {
    const { guildId, channels } = await redeemInvite(services.guilds, requester.userId, params.code);
    return { guild_id: guildId, channels };
  },
);
