import { USER_ORDERS } from '../../../accounts/index.ts';
import { badJson } from '../../../protocol/errors.ts';
import { customEndpoint } from '../../endpoint.ts';
import { Reply } from '../../reply.ts';
import { booleanQuery, enumQuery, integerQuery, textQuery } from '../../request-values.ts';
import { presentListedUser, presentUser } from './present-user.ts';

const DEFAULT_LIMIT = 100;
const MOST_USERS = 1000;

/** Synapse's tokens of lists are offsets. */
export const listUsers = customEndpoint(
  {
    name: 'adminListUsers',
    method: 'GET',
    path: '/_synapse/admin/v2/users',
    aliases: ['/_synapse/admin/v3/users'],
    auth: 'admin',
  },
  async ({ query, services }) => {
    const offset = integerQuery(query, 'from') ?? 0;
    const limit = integerQuery(query, 'limit', { most: MOST_USERS }) ?? DEFAULT_LIMIT;
    const admins = booleanQuery(query, 'admins');
    const { users, total } = await services.accounts.userAdministration.list(
      {
        userId: textQuery(query, 'user_id') ?? '',
        name: textQuery(query, 'name') ?? '',
        // Asked for or not: without guests and without ended accounts, as far as those are not wanted.
        guests: booleanQuery(query, 'guests') === false ? 0 : -1,
        deactivated: booleanQuery(query, 'deactivated') === true ? -1 : 0,
        admins: admins === undefined ? -1 : admins ? 1 : 0,
      },
      {
        order: enumQuery(query, 'order_by', USER_ORDERS) ?? 'name',
        descending: enumQuery(query, 'dir', ['f', 'b']) === 'b',
        offset,
        limit,
      },
    );
    return {
      users: users.map(presentListedUser),
      total,
      ...(offset + users.length < total ? { next_token: String(offset + users.length) } : {}),
    };
  },
);

const USER_PATH = '/_synapse/admin/v2/users/{userId}';

export const getUser = customEndpoint(
  { name: 'adminGetUser', method: 'GET', path: USER_PATH, auth: 'admin' },
  async ({ params, services }) => presentUser(await services.accounts.userAdministration.get(params.userId)),
);

export const putUser = customEndpoint(
  {
    name: 'adminPutUser',
    method: 'PUT',
    path: USER_PATH,
    auth: 'admin',
    bodySchema: {
      type: 'object',
      properties: {
        password: { type: 'string' },
        logout_devices: { type: 'boolean' },
        displayname: { type: 'string' },
        avatar_url: { type: 'string' },
        admin: { type: 'boolean' },
        deactivated: { type: 'boolean' },
        locked: { type: 'boolean' },
        user_type: { type: ['string', 'null'] },
        threepids: {
          type: 'array',
          items: {
            type: 'object',
            required: ['medium', 'address'],
            properties: { medium: { type: 'string' }, address: { type: 'string' } },
          },
        },
        external_ids: {
          type: 'array',
          items: {
            type: 'object',
            required: ['auth_provider', 'external_id'],
            properties: { auth_provider: { type: 'string' }, external_id: { type: 'string' } },
          },
        },
      },
    },
  },
  async ({ params: { userId }, body, requester, services }) => {
    const { user_type: userType } = body;
    if (userType !== undefined && userType !== null && typeof userType !== 'string') {
      throw badJson('user_type must be a string');
    }
    const isNew = await services.accounts.userAdministration.put(requester, userId, {
      password: body.password,
      logoutDevices: body.logout_devices,
      displayName: body.displayname,
      avatarUrl: body.avatar_url,
      isAdmin: body.admin,
      isDeactivated: body.deactivated,
      isLocked: body.locked,
      userType,
      addresses: body.threepids,
      upstreamAccounts: body.external_ids?.map(({ auth_provider: provider, external_id: subject }) => ({
        provider,
        subject,
      })),
    });
    const user = presentUser(await services.accounts.userAdministration.get(userId));
    return isNew ? new Reply({ status: 201, body: user }) : user;
  },
);
