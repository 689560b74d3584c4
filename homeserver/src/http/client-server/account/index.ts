import type { Endpoint } from '../../endpoint.ts';
import { changePassword } from './change-password.ts';
import { deactivate } from './deactivate.ts';
import { getThirdPartyIds } from './get-third-party-ids.ts';
import { whoAmI } from './who-am-i.ts';

/** One's own account. */
export const accountEndpoints: readonly Endpoint[] = [whoAmI, changePassword, deactivate, getThirdPartyIds];
