import type { Endpoint } from '../../endpoint.ts';
import { getCapabilities } from './get-capabilities.ts';
import { getWellKnownClient } from './get-well-known-client.ts';
import { getWellKnownPolicy, getWellKnownSupport } from './get-well-known-support.ts';

export { tellVersionsOf } from './get-versions.ts';

/** How clients find the server and what it can do; the versions come from the whole table. */
export const discoveryEndpoints: readonly Endpoint[] = [
  getWellKnownClient,
  getWellKnownSupport,
  getWellKnownPolicy,
  getCapabilities,
];
