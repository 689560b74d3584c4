import { endpoint } from '../../endpoint.ts';

/** How one can log in. */
export const getLoginFlows = endpoint('getLoginFlows', {}, () => ({
  flows: [{ type: 'm.login.password' }],
}));
