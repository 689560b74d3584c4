import { invalidParam } from '../../../protocol/errors.ts';
import {
  getMembersForAdmins,
  getRoomForAdmins,
  getStateForAdmins,
  joinForAdmins,
  listRoomsForAdmins,
  makeRoomAdmin,
  ROOM_ORDERS,
  resolveEnterable,
  resolveRoom,
} from '../../../rooms/index.ts';
import { customEndpoint } from '../../endpoint.ts';
import { booleanQuery, enumQuery, integerQuery, textQuery } from '../../request-values.ts';

const V1 = '/_synapse/admin/v1';
const DEFAULT_LIMIT = 100;
const MOST_ROOMS = 1000;

export const listRooms = customEndpoint(
  { name: 'adminListRooms', method: 'GET', path: `${V1}/rooms`, auth: 'admin' },
  async ({ query, services }) => {
    const offset = integerQuery(query, 'from') ?? 0;
    const limit = integerQuery(query, 'limit', { most: MOST_ROOMS }) ?? DEFAULT_LIMIT;
    if (query.get('search_term') === '') throw invalidParam('search_term must not be empty');
    const { rooms, total } = await listRoomsForAdmins(services.rooms, {
      term: textQuery(query, 'search_term') ?? '',
      isPublic: booleanQuery(query, 'public_rooms'),
      isEmpty: booleanQuery(query, 'empty_rooms'),
      order: enumQuery(query, 'order_by', ROOM_ORDERS) ?? 'name',
      descending: enumQuery(query, 'dir', ['f', 'b']) === 'b',
      offset,
      limit,
    });
    return {
      rooms,
      offset,
      total_rooms: total,
      ...(offset + rooms.length < total ? { next_batch: offset + rooms.length } : {}),
      ...(offset > 0 ? { prev_batch: Math.max(0, offset - limit) } : {}),
    };
  },
);

export const getRoom = customEndpoint(
  { name: 'adminGetRoom', method: 'GET', path: `${V1}/rooms/{roomId}`, auth: 'admin' },
  ({ params, services }) => getRoomForAdmins(services.rooms, params.roomId),
);

export const getRoomMembers = customEndpoint(
  { name: 'adminGetRoomMembers', method: 'GET', path: `${V1}/rooms/{roomId}/members`, auth: 'admin' },
  async ({ params, services }) => {
    const members = await getMembersForAdmins(services.rooms, params.roomId);
    return { members, total: members.length };
  },
);

export const getRoomState = customEndpoint(
  { name: 'adminGetRoomState', method: 'GET', path: `${V1}/rooms/{roomId}/state`, auth: 'admin' },
  async ({ params, requester, services }) => ({
    state: await getStateForAdmins(services.rooms, params.roomId, requester),
  }),
);

export const joinRoomAsAdmin = customEndpoint(
  {
    name: 'adminJoinRoom',
    method: 'POST',
    path: `${V1}/join/{roomIdOrAlias}`,
    auth: 'admin',
    bodySchema: { type: 'object', properties: { user_id: { type: 'string' } }, required: ['user_id'] },
  },
  async ({ params, body, requester, services }) => {
    await services.accounts.userAdministration.get(body.user_id);
    const room = await resolveEnterable(services.rooms, params.roomIdOrAlias);
    return { room_id: await joinForAdmins(services.rooms, requester.userId, room, body.user_id) };
  },
);

export const makeAdminOfRoom = customEndpoint(
  {
    name: 'adminMakeRoomAdmin',
    method: 'POST',
    path: `${V1}/rooms/{roomIdOrAlias}/make_room_admin`,
    auth: 'admin',
    body: 'optional-json',
    bodySchema: { type: 'object', properties: { user_id: { type: 'string' } } },
  },
  async ({ params, body, requester, services }) => {
    const room = await resolveRoom(services.rooms, params.roomIdOrAlias);
    await makeRoomAdmin(services.rooms, room, body.user_id ?? requester.userId);
    return {};
  },
);
