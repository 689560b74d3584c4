import { notFound } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';
import { checkOwnUser } from '../own-user.ts';

/** A piece of the user's account data that belongs to a room. */
export const getRoomAccountData = endpoint(
  'getAccountDataPerRoom',
  {},
  async ({ params, requester, services }) => {
    checkOwnUser(params.userId, requester);
    const { accountData } = services.accounts;
    const roomNid = await accountData.roomNidOf(params.roomId);
    const content = await accountData.get(requester.userNid, roomNid, params.type);
    if (content === undefined) throw notFound('There is no account data of this type');
    return content;
  },
);

/** Sets a piece of the user's account data that belongs to a room. */
export const setRoomAccountData = endpoint(
  'setAccountDataPerRoom',
  { limit: 'accountData' },
  async ({ params, body, requester, services }) => {
    checkOwnUser(params.userId, requester);
    const { accountData } = services.accounts;
    const roomNid = await accountData.roomNidOf(params.roomId);
    await accountData.setByClient(requester.userNid, roomNid, params.type, body);
    return {};
  },
);
