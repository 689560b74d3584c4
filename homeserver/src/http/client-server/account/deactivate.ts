import { endpoint } from '../../endpoint.ts';

/** Ends an account for good. There are no third-party identifiers here that would have to be unbound. */
export const deactivate = endpoint(
  'deactivateAccount',
  { limit: 'loginAccount', body: 'optional-json' },
  async ({ body, requester, services }) => {
    await services.accounts.ownAccount.deactivate(requester, body.auth);
    return { id_server_unbind_result: 'success' };
  },
);
