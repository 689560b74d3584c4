import { endpoint } from '../../endpoint.ts';
import { textQuery } from '../../request-values.ts';

/** Adds a push rule, or replaces one of the user's. */
export const setPushRule = endpoint(
  'setPushRule',
  { limit: 'accountData' },
  async ({ params, query, body, requester, services }) => {
    const position = { before: textQuery(query, 'before'), after: textQuery(query, 'after') };
    await services.accounts.pushRules.add(requester, params, body, position);
    return {};
  },
);

/** Removes one of the user's push rules. */
export const deletePushRule = endpoint(
  'deletePushRule',
  { limit: 'accountData' },
  async ({ params, requester, services }) => {
    await services.accounts.pushRules.remove(requester, params);
    return {};
  },
);

/** Enables or disables a push rule. */
export const setPushRuleEnabled = endpoint(
  'setPushRuleEnabled',
  { limit: 'accountData' },
  async ({ params, body, requester, services }) => {
    await services.accounts.pushRules.setEnabled(requester, params, body.enabled);
    return {};
  },
);

/** Sets what a push rule does. */
export const setPushRuleActions = endpoint(
  'setPushRuleActions',
  { limit: 'accountData' },
  async ({ params, body, requester, services }) => {
    await services.accounts.pushRules.setActions(requester, params, body.actions);
    return {};
  },
);
