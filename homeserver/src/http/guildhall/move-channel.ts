import { moveChannel } from '../../guilds/index.ts';
import { customEndpoint } from '../endpoint.ts';

/** Moves a channel to another place in its guild. */
export const putChannelPlace = customEndpoint(
  {
    name: 'guildhallMoveChannel',
    method: 'PUT',
    path: '/_guildhall/client/v1/guilds/{guildId}/channels/{channelId}/place',
    auth: 'user',
    limit: 'roomState',
    bodySchema: {
      type: 'object',
      properties: { category: { type: 'string' }, before: { type: 'string' } },
    },
  },
  async ({ params, body, requester, services }) => {
    const { category, before } = body;
    await moveChannel(services.guilds, requester.userId, params.guildId, params.channelId, {
      category,
      before,
    });
    return {};
  },
);
