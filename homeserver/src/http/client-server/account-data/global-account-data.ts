import { NO_ROOM } from '../../../accounts/index.ts';
import { notFound } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';
import { checkOwnUser } from '../own-user.ts';

/** A piece of the user's account data that belongs to no room. */
export const getAccountData = endpoint('getAccountData', {}, async ({ params, requester, services }) => {
  checkOwnUser(params.userId, requester);
  const content = await services.accounts.accountData.get(requester.userNid, NO_ROOM, params.type);
  if (content === undefined) throw notFound('There is no account data of this type');
  return content;
});

/** Sets a piece of the user's account data that belongs to no room. */
export const setAccountData = endpoint(
  'setAccountData',
  { limit: 'accountData' },
  async ({ params, body, requester, services }) => {
    checkOwnUser(params.userId, requester);
    await services.accounts.accountData.setByClient(requester.userNid, NO_ROOM, params.type, body);
    return {};
  },
);
