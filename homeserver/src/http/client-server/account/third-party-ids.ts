import { MatrixError } from '../../../protocol/errors.ts';
import { endpoint } from '../../endpoint.ts';

/** The mail addresses of the user. */
export const getThirdPartyIds = endpoint('getAccount3PIDs', {}, async ({ requester, services }) => {
  const ids = await services.accounts.thirdPartyIds.list(requester);
  return {
    threepids: ids.map(({ medium, address, validatedTs, addedTs }) => ({
      medium,
      address,
      validated_at: validatedTs,
      added_at: addedTs,
    })),
  };
});

/** Gives the user a mail address that was confirmed. */
export const addThirdPartyId = endpoint(
  'add3PID',
  { limit: 'loginAccount' },
  async ({ body, requester, services }) => {
    await services.accounts.thirdPartyIds.add(requester, body, body.auth);
    return {};
  },
);

/** The same in its deprecated form. */
export const postThirdPartyId = endpoint(
  'post3PIDs',
  { limit: 'loginAccount' },
  async ({ body, requester, services }) => {
    await services.accounts.thirdPartyIds.addConfirmed(requester, body.three_pid_creds);
    return {};
  },
);

/** Takes a mail address from the user. Nothing was ever bound at an identity server. */
export const deleteThirdPartyId = endpoint(
  'delete3pidFromAccount',
  {},
  async ({ body, requester, services }) => {
    await services.accounts.thirdPartyIds.delete(requester, body.medium, body.address);
    return { id_server_unbind_result: 'no-support' };
  },
);

/** Refused: this server trusts no identity server. */
export const bindThirdPartyId = endpoint('bind3PID', {}, () => {
  throw new MatrixError(403, 'M_SERVER_NOT_TRUSTED', 'This server works with no identity server');
});

/** Nothing was ever bound at an identity server. */
export const unbindThirdPartyId = endpoint('unbind3pidFromAccount', {}, () => ({
  id_server_unbind_result: 'no-support',
}));
