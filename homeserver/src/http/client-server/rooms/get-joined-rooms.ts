import { getJoinedRooms as joinedRooms } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const getJoinedRooms = endpoint('getJoinedRooms', {}, async ({ requester, services }) => ({
  joined_rooms: await joinedRooms(services.rooms, requester.userNid),
}));
