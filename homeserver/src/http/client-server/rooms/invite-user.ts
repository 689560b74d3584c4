import { forbidden, missingParam } from '../../../protocol/errors.ts';
import { inviteUser as invite } from '../../../rooms/index.ts';
import { endpoint } from '../../endpoint.ts';
import type { JsonSchema } from '../../specification/json-schema.ts';

/** By user ID (`inviteUser`), or by an address of a third party (`inviteBy3PID`): one path for both. */
const INVITATION: JsonSchema = {
  type: 'object',
  properties: {
    user_id: { type: 'string' },
    reason: { type: 'string' },
    medium: { type: 'string' },
    address: { type: 'string' },
  },
};

/** Addresses are refused, as in Synapse where there is no identity server to ask whose they are. */
export const inviteUser = endpoint(
  'inviteUser',
  { limit: 'invite', bodySchema: INVITATION },
  async ({ params: { roomId }, body, requester, services, takeFromLimit }) => {
    const { user_id: userId, reason } = body as Partial<typeof body>;
    if (userId === undefined && 'medium' in body) {
      throw forbidden('This server asks no identity server whose address that is: invite by user ID');
    }
    if (userId === undefined) throw missingParam('user_id is missing');
    takeFromLimit('invitee', userId);
    await invite(services.rooms, { roomId, sender: requester.userId }, userId, { reason });
    return {};
  },
);
