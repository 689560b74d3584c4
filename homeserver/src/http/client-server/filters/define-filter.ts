import { endpoint } from '../../endpoint.ts';
import { checkOwnUser } from '../own-user.ts';

/** Stores a filter, to be named in `/sync`. */
export const defineFilter = endpoint(
  'defineFilter',
  { limit: 'accountData' },
  async ({ params, body, requester, services }) => {
    checkOwnUser(params.userId, requester);
    return { filter_id: await services.accounts.filters.create(requester.userNid, body) };
  },
);
