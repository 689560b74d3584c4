import { getMembers } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import { enumQuery, textQuery } from '../../request-values.ts';

const MEMBERSHIPS = ['join', 'invite', 'knock', 'leave', 'ban'] as const;

export const getMembersByRoom = endpoint(
  'getMembersByRoom',
  {},
  ({ params: { roomId }, query, requester, services }) =>
    getMembers(services.rooms, roomId, requester, {
      at: textQuery(query, 'at'),
      membership: enumQuery(query, 'membership', MEMBERSHIPS),
      notMembership: enumQuery(query, 'not_membership', MEMBERSHIPS),
    }),
);
