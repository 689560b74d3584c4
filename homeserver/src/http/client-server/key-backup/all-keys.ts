import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';

const options = { limit: 'keyBackup', aliases: ['/_matrix/client/unstable/room_keys/keys'] } as const;

/** Backs up keys of several rooms. */
export const putRoomKeys = endpoint('putRoomKeys', options, ({ body, query, requester, services }) =>
  services.encryption.keyBackups.addKeys(requester.userNid, requiredQuery(query, 'version'), body.rooms),
);

/** All keys of a backup. */
export const getRoomKeys = endpoint('getRoomKeys', options, async ({ query, requester, services }) => ({
  rooms: await services.encryption.keyBackups.keys(requester.userNid, requiredQuery(query, 'version'), {}),
}));

/** Deletes all keys of a backup. */
export const deleteRoomKeys = endpoint('deleteRoomKeys', options, ({ query, requester, services }) =>
  services.encryption.keyBackups.deleteKeys(requester.userNid, requiredQuery(query, 'version'), {}),
);
