import type { Endpoint } from '../../endpoint.ts';
import { changePassword } from './change-password.ts';
import { deactivate } from './deactivate.ts';
import { requestOpenIdToken } from './request-open-id-token.ts';
import { requestTokenEndpoints } from './request-token.ts';
import {
  addThirdPartyId,
  bindThirdPartyId,
  deleteThirdPartyId,
  getThirdPartyIds,
  postThirdPartyId,
  unbindThirdPartyId,
} from './third-party-ids.ts';
import { whoAmI } from './who-am-i.ts';

/** One's own account. */
export const accountEndpoints: readonly Endpoint[] = [
  whoAmI,
  changePassword,
  deactivate,
  getThirdPartyIds,
  postThirdPartyId,
  addThirdPartyId,
  bindThirdPartyId,
  deleteThirdPartyId,
  unbindThirdPartyId,
  ...requestTokenEndpoints,
  requestOpenIdToken,
];
