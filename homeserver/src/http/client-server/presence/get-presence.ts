import { invalidParam } from '../../../protocol/errors.ts';
import { isUserId } from '../../../protocol/identifiers.ts';
import { endpoint } from '../../endpoint.ts';

export const getPresence = endpoint('getPresence', {}, async ({ services, requester, params }) => {
  if (!isUserId(params.userId)) throw invalidParam('This is not a user ID');
  return services.realtime.presence.get(requester.userId, params.userId);
});
