import { endpoint } from '../../endpoint.ts';
import { checkOwnUser } from '../own-user.ts';

/** A filter that the user stored. */
export const getFilter = endpoint('getFilter', {}, async ({ params, requester, services }) => {
  checkOwnUser(params.userId, requester);
  return services.accounts.filters.show(requester.userNid, params.filterId);
});
