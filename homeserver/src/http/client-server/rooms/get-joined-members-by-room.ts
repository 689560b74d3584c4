import { getJoinedMembers } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const getJoinedMembersByRoom = endpoint(
  'getJoinedMembersByRoom',
  {},
  ({ params, requester, services }) => getJoinedMembers(services.rooms, params.roomId, requester),
);
