import { GRANT_TYPES } from '../../accounts/index.ts';
import { customEndpoint, type Endpoint, endpoint } from '../endpoint.ts';
import type { Services } from '../services.ts';
import { issuerOf, PATHS } from './paths.ts';

const ACTIONS = [
  'org.matrix.profile',
  'org.matrix.devices_list',
  'org.matrix.device_view',
  'org.matrix.device_delete',
  'org.matrix.account_deactivate',
  'org.matrix.cross_signing_reset',
];
/** What some of them were called in MSC4191. */
const OLD_ACTIONS = ['org.matrix.sessions_list', 'org.matrix.session_view', 'org.matrix.session_end'];

/** How apps sign people in here. */
const getAuthMetadata = endpoint('getAuthMetadata', {}, ({ services }) => metadata(services));

/** As it was in MSC2965: with the old names of the actions beside the new ones. */
const getOldAuthMetadata = customEndpoint(
  {
    name: 'guildhallAuthMetadata',
    method: 'GET',
    path: '/_matrix/client/unstable/org.matrix.msc2965/auth_metadata',
    aliases: ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
    auth: 'none',
  },
  ({ services }) => ({
    ...metadata(services),
    account_management_actions_supported: [...ACTIONS, ...OLD_ACTIONS],
  }),
);

const getAuthIssuer = customEndpoint(
  {
    name: 'guildhallAuthIssuer',
    method: 'GET',
    path: '/_matrix/client/unstable/org.matrix.msc2965/auth_issuer',
    auth: 'none',
  },
  ({ services }) => ({ issuer: issuerOf(services.publicUrl) }),
);

export const metadataEndpoints: readonly Endpoint[] = [getAuthMetadata, getOldAuthMetadata, getAuthIssuer];

function metadata(services: Services): object {
  const at = (path: string) => `${services.publicUrl}${path}`;
  return {
    issuer: issuerOf(services.publicUrl),
    authorization_endpoint: at(PATHS.authorize),
    token_endpoint: at(PATHS.token),
    revocation_endpoint: at(PATHS.revoke),
    registration_endpoint: at(PATHS.register),
    device_authorization_endpoint: at(PATHS.deviceAuthorization),
    response_types_supported: ['code'],
    grant_types_supported: [...GRANT_TYPES],
    response_modes_supported: ['query', 'fragment'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    scopes_supported: ['urn:matrix:client:api:*', 'urn:matrix:org.matrix.msc2967.client:api:*'],
    prompt_values_supported: ['create'],
    account_management_uri: at(PATHS.account),
    account_management_actions_supported: ACTIONS,
  };
}
