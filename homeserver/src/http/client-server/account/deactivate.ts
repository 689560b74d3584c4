import { endpoint } from '../../endpoint.ts';

/** Ends an account for good. No identity server knows its addresses, so there is nothing to unbind. */
export const deactivate = endpoint(
  'deactivateAccount',
  { limit: 'loginAccount', body: 'optional-json' },
  async ({ body, requester, services }) => {
    await services.accounts.ownAccount.deactivate(requester, body.erase ?? false, body.auth);
    return { id_server_unbind_result: 'success' };
  },
);
