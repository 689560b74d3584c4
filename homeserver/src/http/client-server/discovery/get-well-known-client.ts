import { endpoint } from '../../endpoint.ts';
import { liveKitServiceUrl } from '../../livekit/index.ts';
import { issuerOf, PATHS } from '../../oauth/paths.ts';

/**
 * Leads a client that knows only the server's name to its address, to the OAuth server, as MSC2965 had it, and to calls,
 * as MSC4143 had it.
 */
export const getWellKnownClient = endpoint('getWellknown', {}, ({ services }) => ({
  'm.homeserver': { base_url: services.publicUrl },
  'org.matrix.msc2965.authentication': {
    issuer: issuerOf(services.publicUrl),
    account: `${services.publicUrl}${PATHS.account}`,
  },
  ...(services.callTokens.url === undefined
    ? {}
    : {
        'org.matrix.msc4143.rtc_foci': [
          { type: 'livekit', livekit_service_url: liveKitServiceUrl(services.publicUrl) },
        ],
      }),
}));
