import { getState } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const getRoomState = endpoint('getRoomState', {}, ({ params, requester, services }) =>
  getState(services.rooms, params.roomId, requester),
);
