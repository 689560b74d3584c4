import type { Endpoint } from '../../endpoint.ts';
import { deletePushRule, setPushRule, setPushRuleActions, setPushRuleEnabled } from './change-push-rules.ts';
import {
  getPushRule,
  getPushRuleActions,
  getPushRuleEnabled,
  getPushRules,
  getPushRulesGlobal,
} from './get-push-rules.ts';

/** What is to notify the user. */
export const pushRuleEndpoints: readonly Endpoint[] = [
  getPushRules,
  getPushRulesGlobal,
  getPushRule,
  getPushRuleEnabled,
  getPushRuleActions,
  setPushRule,
  deletePushRule,
  setPushRuleEnabled,
  setPushRuleActions,
];
