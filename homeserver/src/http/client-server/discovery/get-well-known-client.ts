import { endpoint } from '../../endpoint.ts';
import { issuerOf, PATHS } from '../../oauth/paths.ts';

/** Leads a client that knows only the server's name to its address, and to the OAuth server, as MSC2965 had it. */
export const getWellKnownClient = endpoint('getWellknown', {}, ({ services }) => ({
  'm.homeserver': { base_url: services.publicUrl },
  'org.matrix.msc2965.authentication': {
    issuer: issuerOf(services.publicUrl),
    account: `${services.publicUrl}${PATHS.account}`,
  },
}));
