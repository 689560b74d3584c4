import { endpoint } from '../../endpoint.ts';

/** How one can log in. */
export const getLoginFlows = endpoint('getLoginFlows', {}, ({ services }) => ({
  flows: services.accounts.login.flows(),
}));
