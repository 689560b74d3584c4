import { endpoint } from '../../endpoint.ts';

/** All push rules of the user. */
export const getPushRules = endpoint('getPushRules', {}, async ({ requester, services }) => ({
  global: await services.accounts.pushRules.get(requester),
}));

/** All push rules of the user, without the scope around them. */
export const getPushRulesGlobal = endpoint('getPushRulesGlobal', {}, async ({ requester, services }) =>
  services.accounts.pushRules.get(requester),
);

/** One push rule. */
export const getPushRule = endpoint('getPushRule', {}, async ({ params, requester, services }) =>
  services.accounts.pushRules.find(requester, params),
);

/** Whether a push rule counts. */
export const getPushRuleEnabled = endpoint(
  'isPushRuleEnabled',
  {},
  async ({ params, requester, services }) => {
    const { enabled } = await services.accounts.pushRules.find(requester, params);
    return { enabled };
  },
);

/** What a push rule does. */
export const getPushRuleActions = endpoint(
  'getPushRuleActions',
  {},
  async ({ params, requester, services }) => {
    const { actions } = await services.accounts.pushRules.find(requester, params);
    return { actions };
  },
);
