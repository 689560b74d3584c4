import { notFound } from '../../../protocol/errors.ts';
import { ownValue } from '../../../protocol/json-values.ts';
import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';

const options = {
  limit: 'keyBackup',
  aliases: ['/_matrix/client/unstable/room_keys/keys/{roomId}/{sessionId}'],
} as const;

/** Backs up one key. */
export const putRoomKeyBySessionId = endpoint(
  'putRoomKeyBySessionId',
  options,
  ({ params, body, query, requester, services }) =>
    services.encryption.keyBackups.addKeys(requester.userNid, requiredQuery(query, 'version'), {
      [params.roomId]: { sessions: Object.fromEntries([[params.sessionId, body]]) },
    }),
);

/** One key. */
export const getRoomKeyBySessionId = endpoint(
  'getRoomKeyBySessionId',
  options,
  async ({ params: { roomId, sessionId }, query, requester, services }) => {
    const part = { roomId, sessionId };
    const version = requiredQuery(query, 'version');
    const rooms = await services.encryption.keyBackups.keys(requester.userNid, version, part);
    const key = ownValue(ownValue(ownValue(rooms, roomId), 'sessions'), sessionId);
    if (key === undefined) throw notFound('This key is not in the backup');
    return key as object;
  },
);

/** Deletes one key. */
export const deleteRoomKeyBySessionId = endpoint(
  'deleteRoomKeyBySessionId',
  options,
  ({ params: { roomId, sessionId }, query, requester, services }) => {
    const part = { roomId, sessionId };
    const version = requiredQuery(query, 'version');
    return services.encryption.keyBackups.deleteKeys(requester.userNid, version, part);
  },
);
