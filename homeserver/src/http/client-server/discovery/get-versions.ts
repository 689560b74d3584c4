import { type Endpoint, endpoint } from '../../endpoint.ts';
import { servedFeatures, servedVersions } from './served-versions.ts';

/** Tells clients what they may rely on, by the endpoints that there are beside this one. */
export function tellVersionsOf(endpoints: readonly Endpoint[]): Endpoint {
  const answer = { versions: [] as string[], unstable_features: servedFeatures(endpoints) };
  const getVersions = endpoint('getVersions', { auth: 'optional' }, () => answer);
  answer.versions = servedVersions([...endpoints, getVersions]);
  return getVersions;
}
