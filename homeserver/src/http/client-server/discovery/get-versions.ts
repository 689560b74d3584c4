import { endpoint } from '../../endpoint.ts';

/**
 * The versions that clients may rely on. A version should be listed only by a server that has all of it; no client
 * looks at it that way, each takes a version as the sign for a few operations. So these are listed: `v1.1`, the paths
 * that this server answers (and the least that matrix-js-sdk talks to), and `v1.11`, authenticated media. The versions
 * in between stand for what is not here yet, relations and threads foremost; what else is here has its own flag.
 * `routes.test.ts` holds the list to the route table.
 */
const VERSIONS = ['v1.1', 'v1.11'];

const UNSTABLE_FEATURES = {
  // Delayed events, in the form with a query parameter and in the merged one.
  'org.matrix.msc4140': true,
  'org.matrix.msc4140.stable': true,
  // Private read receipts, `m.read.private` in read markers (v1.4).
  'org.matrix.msc2285.stable': true,
  // Profile fields beside name and avatar (v1.16).
  'uk.tcpip.msc4133.stable': true,
};

export const getVersions = endpoint('getVersions', { auth: 'optional' }, () => ({
  versions: VERSIONS,
  unstable_features: UNSTABLE_FEATURES,
}));
