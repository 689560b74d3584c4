import type { Endpoint } from '../../endpoint.ts';
import { getVersions } from './get-versions.ts';

/** How clients find the server and what it can do. */
export const discoveryEndpoints: readonly Endpoint[] = [getVersions];
