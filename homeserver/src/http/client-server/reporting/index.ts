import { reportEvent, reportRoom, reportUser } from '../../../rooms/index.ts';
import { type Endpoint, endpoint } from '../../endpoint.ts';

const event = endpoint('reportEvent', { limit: 'report' }, async ({ params, body, requester, services }) => {
  await reportEvent(services.rooms, requester, params.roomId, params.eventId, body.reason);
  return {};
});

const room = endpoint(
  'reportRoom',
  { limit: 'report', aliases: ['/_matrix/client/unstable/org.matrix.msc4151/rooms/{roomId}/report'] },
  async ({ params, body, requester, services }) => {
    await reportRoom(services.rooms, requester, params.roomId, body.reason);
    return {};
  },
);

const user = endpoint('reportUser', { limit: 'report' }, async ({ params, body, requester, services }) => {
  await reportUser(services.rooms, requester, params.userId, body.reason);
  return {};
});

/** Users tell the admins of what should not be. */
export const reportingEndpoints: readonly Endpoint[] = [event, room, user];
