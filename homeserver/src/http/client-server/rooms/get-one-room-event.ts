import { getEvent } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';

export const getOneRoomEvent = endpoint('getOneRoomEvent', {}, ({ params, requester, services }) =>
  getEvent(services.rooms, params.roomId, params.eventId, requester),
);
