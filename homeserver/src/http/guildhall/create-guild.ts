import { createGuild } from '../../guilds/index.ts';
import { invalidParam } from '../../protocol/errors.ts';
import { isMxcUri } from '../../protocol/identifiers.ts';
import { customEndpoint } from '../endpoint.ts';
import { readName, readTopic } from './names.ts';

/** Creates a guild; the caller owns it. */
export const postGuild = customEndpoint(
  {
    name: 'guildhallCreateGuild',
    method: 'POST',
    path: '/_guildhall/client/v1/guilds',
    auth: 'user',
    limit: 'roomCreation',
    bodySchema: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        topic: { type: 'string' },
        avatar_url: { type: 'string' },
      },
      required: ['name'],
    },
  },
  async ({ body, requester, services }) => {
    const { avatar_url: avatarUrl } = body;
    if (avatarUrl !== undefined && !isMxcUri(avatarUrl))
      throw invalidParam('avatar_url must be an mxc:// URI');
    const { guildId, channels } = await createGuild(services.guilds, requester.userId, {
      name: readName(body.name),
      topic: readTopic(body.topic),
      avatarUrl,
    });
    return { guild_id: guildId, channels };
  },
);
