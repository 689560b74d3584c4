import { endpoint } from '../../endpoint.ts';

/** Whether an account is locked. */
export const getLock = endpoint('getAdminLockUser', { auth: 'admin' }, async ({ params, services }) => ({
  locked: await services.accounts.moderation.has(params.userId, 'locked'),
}));

/** Locks an account, or opens it again. */
export const setLock = endpoint(
  'setAdminLockUser',
  { auth: 'admin' },
  async ({ params, body, requester, services }) => {
    await services.accounts.moderation.set(requester, params.userId, 'locked', body.locked);
    return { locked: body.locked };
  },
);

/** Whether an account is suspended. */
export const getSuspension = endpoint(
  'getAdminSuspendUser',
  { auth: 'admin' },
  async ({ params, services }) => ({
    suspended: await services.accounts.moderation.has(params.userId, 'suspended'),
  }),
);

/** Suspends an account, or ends that. */
export const setSuspension = endpoint(
  'setAdminSuspendUser',
  { auth: 'admin' },
  async ({ params, body, requester, services }) => {
    await services.accounts.moderation.set(requester, params.userId, 'suspended', body.suspended);
    return { suspended: body.suspended };
  },
);
