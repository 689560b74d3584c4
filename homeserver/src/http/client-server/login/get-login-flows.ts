import { endpoint } from '../../endpoint.ts';

/** How one can log in. */
export const getLoginFlows = endpoint('getLoginFlows', { limit: 'loginAddress' }, () => ({
  flows: [{ type: 'm.login.password' }],
}));
