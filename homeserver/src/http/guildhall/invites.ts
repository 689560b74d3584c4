import {
  createInvite,
  listInvites,
  pictureOfInvite,
  previewInvite,
  redeemInvite,
  revokeInvite,
} from '../../guilds/index.ts';
import { serveFile } from '../client-server/media/served-file.ts';
import { customEndpoint } from '../endpoint.ts';

/** A year: what is meant to hold longer holds for ever. */
const LONGEST_MS = 365 * 24 * 60 * 60 * 1000;
const MOST_USES = 100_000;

/** Makes an invite link to a guild. */
export const postInvite = customEndpoint(
  {
    name: 'guildhallCreateInvite',
    method: 'POST',
    path: '/_guildhall/client/v1/guilds/{guildId}/invites',
    auth: 'user',
    limit: 'invite',
    body: 'optional-json',
    bodySchema: {
      type: 'object',
      properties: {
        expires_in_ms: { type: 'integer', minimum: 1, maximum: LONGEST_MS },
        max_uses: { type: 'integer', minimum: 1, maximum: MOST_USES },
      },
    },
  },
  ({ params, body, requester, services }) =>
    createInvite(services.guilds, requester.userId, params.guildId, {
      expiresIn: body.expires_in_ms,
      maxUses: body.max_uses,
    }),
);

/** The invites to a guild: one's own, or all. */
export const getInvites = customEndpoint(
  {
    name: 'guildhallListInvites',
    method: 'GET',
    path: '/_guildhall/client/v1/guilds/{guildId}/invites',
    auth: 'user',
  },
  async ({ params, requester, services }) => ({
    invites: await listInvites(services.guilds, requester.userId, params.guildId),
  }),
);

/** Takes an invite back. */
export const deleteInvite = customEndpoint(
  {
    name: 'guildhallRevokeInvite',
    method: 'DELETE',
    path: '/_guildhall/client/v1/guilds/{guildId}/invites/{code}',
    auth: 'user',
  },
  async ({ params, requester, services }) => {
    await revokeInvite(services.guilds, requester.userId, params.guildId, params.code);
    return {};
  },
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

/** What a guild looks like is shown in this size, in pixels. */
const PICTURE = { width: 192, height: 192, method: 'crop' } as const;

/** The picture of the guild that an invite leads to: media take an access token otherwise. */
export const getInvitePicture = customEndpoint(
  {
    name: 'guildhallInvitePicture',
    method: 'GET',
    path: '/_guildhall/client/v1/invites/{code}/picture',
    auth: 'none',
    limit: 'usernameCheck',
  },
  async ({ params, request, services, signal }) => {
    const mediaId = await pictureOfInvite(services.guilds, params.code);
    const { library } = services.media;
    const media = { serverName: services.guilds.serverName, mediaId, timeoutMs: 0, signal };
    return serveFile(library, await library.findThumbnail(media, PICTURE, false), request);
  },
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
