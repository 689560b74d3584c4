import { closeChannel, closeGuild } from '../../guilds/index.ts';
import { customEndpoint } from '../endpoint.ts';

/** Closes a guild. */
export const deleteGuild = customEndpoint(
  {
    name: 'guildhallCloseGuild',
    method: 'DELETE',
    path: '/_guildhall/client/v1/guilds/{guildId}',
    auth: 'user',
  },
  async ({ params, requester, services }) => {
    await closeGuild(services.guilds, requester.userId, params.guildId);
    return {};
  },
);

/** Closes a channel or a category. */
export const deleteChannel = customEndpoint(
  {
    name: 'guildhallCloseChannel',
    method: 'DELETE',
    path: '/_guildhall/client/v1/guilds/{guildId}/channels/{channelId}',
    auth: 'user',
  },
  async ({ params, requester, services }) => {
    await closeChannel(services.guilds, requester.userId, params.guildId, params.channelId);
    return {};
  },
);
