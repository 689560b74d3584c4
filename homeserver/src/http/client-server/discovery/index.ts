import type { Endpoint } from '../../endpoint.ts';
import { getCapabilities } from './get-capabilities.ts';
import { getVersions } from './get-versions.ts';
import { getWellKnownClient } from './get-well-known-client.ts';
import { getWellKnownPolicy, getWellKnownSupport } from './get-well-known-support.ts';

/** How clients find the server and what it can do. */
export const discoveryEndpoints: readonly Endpoint[] = [
  getVersions,
  getWellKnownClient,
  getWellKnownSupport,
  getWellKnownPolicy,
  getCapabilities,
];
