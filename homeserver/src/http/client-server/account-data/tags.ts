import { endpoint } from '../../endpoint.ts';
import { checkOwnUser } from '../own-user.ts';

/** The tags that the user gave a room. */
export const getRoomTags = endpoint('getRoomTags', {}, async ({ params, requester, services }) => {
  checkOwnUser(params.userId, requester);
  const { accountData, tags } = services.accounts;
  return { tags: await tags.list(requester.userNid, await accountData.roomNidOf(params.roomId)) };
});

/** Gives a room a tag. */
export const setRoomTag = endpoint(
  'setRoomTag',
  { limit: 'accountData', body: 'optional-json' },
  async ({ params, body, requester, services }) => {
    checkOwnUser(params.userId, requester);
    const { accountData, tags } = services.accounts;
    await tags.set(requester.userNid, await accountData.roomNidOf(params.roomId), params.tag, body);
    return {};
  },
);

/** Takes a tag from a room. */
export const deleteRoomTag = endpoint(
  'deleteRoomTag',
  { limit: 'accountData' },
  async ({ params, requester, services }) => {
    checkOwnUser(params.userId, requester);
    const { accountData, tags } = services.accounts;
    await tags.delete(requester.userNid, await accountData.roomNidOf(params.roomId), params.tag);
    return {};
  },
);
