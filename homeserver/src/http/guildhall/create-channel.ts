import { createChannel } from '../../guilds/index.ts';
import { customEndpoint } from '../endpoint.ts';
import { readName, readTopic } from './names.ts';

/** Creates a channel or a category in a guild. */
export const postChannel = customEndpoint(
  {
    name: 'guildhallCreateChannel',
    method: 'POST',
    path: '/_guildhall/client/v1/guilds/{guildId}/channels',
    auth: 'user',
    limit: 'roomCreation',
    bodySchema: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        kind: { type: 'string', enum: ['text', 'forum', 'category'] },
        topic: { type: 'string' },
        category: { type: 'string' },
      },
      required: ['name', 'kind'],
    },
  },
  async ({ params, body, requester, services }) => {
    const channel = await createChannel(services.guilds, requester.userId, params.guildId, {
      name: readName(body.name),
      kind: body.kind === 'category' || body.kind === 'forum' ? body.kind : 'text',
      topic: readTopic(body.topic),
      category: body.category,
    });
    return { room_id: channel.room_id };
  },
);
