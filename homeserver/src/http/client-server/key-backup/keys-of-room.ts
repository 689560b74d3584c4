import { ownValue } from '../../../protocol/json-values.ts';
import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';

const options = {
  limit: 'keyBackup',
  aliases: ['/_matrix/client/unstable/room_keys/keys/{roomId}'],
} as const;

/** Backs up keys of one room. */
export const putRoomKeysByRoomId = endpoint(
  'putRoomKeysByRoomId',
  options,
  ({ params, body, query, requester, services }) =>
    services.encryption.keyBackups.addKeys(requester.userNid, requiredQuery(query, 'version'), {
      [params.roomId]: body,
    }),
);

/** The keys of one room. */
export const getRoomKeysByRoomId = endpoint(
  'getRoomKeysByRoomId',
  options,
  async ({ params: { roomId }, query, requester, services }) => {
    const version = requiredQuery(query, 'version');
    const rooms = await services.encryption.keyBackups.keys(requester.userNid, version, { roomId });
    return (ownValue(rooms, roomId) ?? { sessions: {} }) as object;
  },
);

/** Deletes the keys of one room. */
export const deleteRoomKeysByRoomId = endpoint(
  'deleteRoomKeysByRoomId',
  options,
  ({ params: { roomId }, query, requester, services }) => {
    const version = requiredQuery(query, 'version');
    return services.encryption.keyBackups.deleteKeys(requester.userNid, version, { roomId });
  },
);
