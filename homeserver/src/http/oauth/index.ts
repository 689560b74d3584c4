import type { Endpoint } from '../endpoint.ts';
import { accountPages } from './account-page.ts';
import { authorizePages } from './authorize-page.ts';
import { confirmPages } from './confirm-page.ts';
import { devicePages } from './device-page.ts';
import { appEndpoints } from './for-apps.ts';
import { loginPages } from './login-page.ts';
import { metadataEndpoints } from './metadata.ts';
import { rendezvousEndpoints } from './rendezvous.ts';
import { ssoEndpoints } from './sso.ts';
import { upstreamPages } from './upstream-pages.ts';

/** The OAuth server: what apps call, and the pages on which people sign in to them. */
export const oauthEndpoints: readonly Endpoint[] = [
  ...metadataEndpoints,
  ...appEndpoints,
  ...authorizePages,
  ...loginPages,
  ...devicePages,
  ...accountPages,
  ...upstreamPages,
  ...ssoEndpoints,
  ...confirmPages,
  ...rendezvousEndpoints,
];
