import { getMutualRooms } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { requiredQuery, textQuery } from '../../request-values.ts';

/** The rooms that the user shares with another one. The alias is of MSC2666, which clients still ask for. */
export const mutualRooms = endpoint(
  'getMutualRooms',
  { limit: 'search', aliases: ['/_matrix/client/unstable/uk.half-shot.msc2666/user/mutual_rooms'] },
  async ({ query, requester, services }) => {
    const userId = requiredQuery(query, 'user_id');
    // The name of the unstable version.
    const from = textQuery(query, 'from') ?? textQuery(query, 'batch_token');
    const { roomIds, count, nextBatch } = await getMutualRooms(services.rooms, requester, userId, from);
    return {
      joined: roomIds,
      count,
      ...(nextBatch !== undefined && { next_batch: nextBatch, next_batch_token: nextBatch }),
    };
  },
);
