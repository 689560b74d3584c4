import { setTimeout as delay } from 'node:timers/promises';
import { MatrixError, notFound } from '../../protocol/errors.ts';
import {
  getPurgesOfRoom,
  getRoomPurge,
  type RoomPurgeRequest,
  type RoomPurgeStatus,
  requestRoomPurge,
} from '../../rooms/index.ts';
import { customEndpoint } from '../endpoint.ts';
import type { FromSchema } from '../specification/json-schema.ts';

/** Rooms deleted, in Synapse's form: admin API, "Delete Room API". */
const bodySchema = {
  type: 'object',
  properties: {
    new_room_user_id: { type: 'string' },
    room_name: { type: 'string' },
    message: { type: 'string' },
    block: { type: 'boolean' },
    purge: { type: 'boolean' },
    force_purge: { type: 'boolean' },
  },
} as const;

/** As Synapse. */
const DEFAULT_ROOM_NAME = 'Content Violation Notification';
const DEFAULT_MESSAGE =
  'Sharing illegal content on this server is not permitted and rooms in violation will be blocked.';

const POLL_MS = 100;

/** Begins to delete a room; answers at once with an ID to ask with. */
export const deleteRoom = customEndpoint(
  {
    name: 'deleteRoom',
    method: 'DELETE',
    path: '/_synapse/admin/v2/rooms/{roomId}',
    auth: 'admin',
    body: 'optional-json',
    bodySchema,
  },
  async ({ params, body, requester, services }) => ({
    delete_id: await requestRoomPurge(services.rooms, params.roomId, readRequest(body, requester.userId)),
  }),
);

/** Deletes a room, and answers when it is gone. */
export const deleteRoomAndWait = customEndpoint(
  {
    name: 'deleteRoomAndWait',
    method: 'DELETE',
    path: '/_synapse/admin/v1/rooms/{roomId}',
    auth: 'admin',
    body: 'optional-json',
    bodySchema,
  },
  async ({ params, body, requester, services, signal }) => {
    const request = readRequest(body, requester.userId);
    const id = await requestRoomPurge(services.rooms, params.roomId, request);
    for (;;) {
      // Any process may be the one that does it.
      const purge = await getRoomPurge(services.rooms, id);
      if (purge?.status === 'complete') return presentResult(purge);
      if (purge?.status === 'failed') throw new MatrixError(500, 'M_UNKNOWN', purge.error ?? '');
      await delay(POLL_MS, undefined, { signal });
    }
  },
);

/** How far the deletions of a room are. */
export const getDeletionsOfRoom = customEndpoint(
  {
    name: 'getDeletionsOfRoom',
    method: 'GET',
    path: '/_synapse/admin/v2/rooms/{roomId}/delete_status',
    auth: 'admin',
  },
  async ({ params, services }) => {
    const purges = await getPurgesOfRoom(services.rooms, params.roomId);
    if (purges.length === 0) throw notFound(`No deletion of ${params.roomId} is known`);
    return { results: purges.map((purge) => ({ delete_id: purge.id, ...presentStatus(purge) })) };
  },
);

/** How far one deletion is. */
export const getDeletion = customEndpoint(
  {
    name: 'getRoomDeletion',
    method: 'GET',
    path: '/_synapse/admin/v2/rooms/delete_status/{deleteId}',
    auth: 'admin',
  },
  async ({ params, services }) => {
    const purge = await getRoomPurge(services.rooms, params.deleteId);
    if (purge === undefined) throw notFound(`There is no deletion ${params.deleteId}`);
    return presentStatus(purge);
  },
);

function readRequest(body: FromSchema<typeof bodySchema>, userId: string): RoomPurgeRequest {
  const { new_room_user_id: creator, room_name: name, message, block, purge, force_purge: force } = body;
  return {
    userId,
    block: block ?? false,
    purge: purge ?? true,
    force: force ?? false,
    successor:
      creator === undefined
        ? undefined
        : { creator, name: name ?? DEFAULT_ROOM_NAME, message: message ?? DEFAULT_MESSAGE },
  };
}

function presentStatus(purge: RoomPurgeStatus): object {
  const { status, error } = purge;
  return { status, shutdown_room: presentResult(purge), ...(error === undefined ? {} : { error }) };
}

function presentResult({ removed, failedToRemove, aliases, successorId }: RoomPurgeStatus): object {
  return {
    kicked_users: removed,
    failed_to_kick_users: failedToRemove,
    local_aliases: aliases,
    new_room_id: successorId ?? null,
  };
}
