import { blockerOfRoom, setRoomBlocked } from '../../rooms/index.ts';
import { customEndpoint } from '../endpoint.ts';

/** Rooms that nobody of this server may enter, in Synapse's form: admin API, "Block Room API". */
const path = '/_synapse/admin/v1/rooms/{roomId}/block';

/** Blocks a room, or ends that. */
export const blockRoom = customEndpoint(
  {
    name: 'blockRoom',
    method: 'PUT',
    path,
    auth: 'admin',
    bodySchema: { type: 'object', required: ['block'], properties: { block: { type: 'boolean' } } },
  },
  async ({ params, body, requester, services }) => {
    await setRoomBlocked(services.rooms, requester.userId, params.roomId, body.block);
    return { block: body.block };
  },
);

/** Whether a room is blocked, and by whom. */
export const getRoomBlock = customEndpoint(
  { name: 'getRoomBlock', method: 'GET', path, auth: 'admin' },
  async ({ params, services }) => {
    const userId = await blockerOfRoom(services.rooms, params.roomId);
    return userId === undefined ? { block: false } : { block: true, user_id: userId };
  },
);
