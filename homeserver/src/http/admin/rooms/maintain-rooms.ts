import {
  forwardExtremities,
  largestRooms,
  mergeForwardExtremities,
  resolveRoom,
} from '../../../rooms/index.ts';
import { customEndpoint } from '../../endpoint.ts';

const V1 = '/_synapse/admin/v1';
const extremities = `${V1}/rooms/{roomIdOrAlias}/forward_extremities` as const;

export const listForwardExtremities = customEndpoint(
  { name: 'adminListForwardExtremities', method: 'GET', path: extremities, auth: 'admin' },
  async ({ params, services }) => {
    const room = await resolveRoom(services.rooms, params.roomIdOrAlias);
    const results = await forwardExtremities(services.rooms, room);
    return { count: results.length, results };
  },
);

export const deleteForwardExtremities = customEndpoint(
  { name: 'adminDeleteForwardExtremities', method: 'DELETE', path: extremities, auth: 'admin' },
  async ({ params, services }) => {
    const room = await resolveRoom(services.rooms, params.roomIdOrAlias);
    return { deleted: await mergeForwardExtremities(services.rooms, room) };
  },
);

/** The largest rooms, on both databases; Synapse tells them on PostgreSQL only. */
export const getLargestRooms = customEndpoint(
  { name: 'adminGetLargestRooms', method: 'GET', path: `${V1}/statistics/database/rooms`, auth: 'admin' },
  async ({ services }) => ({ rooms: await largestRooms(services.rooms) }),
);
