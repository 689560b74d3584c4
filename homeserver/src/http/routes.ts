import { discoveryEndpoints } from './client-server/discovery/index.ts';
import type { Endpoint } from './endpoint.ts';

/** The route table: every endpoint of the server. */
export const ROUTES: readonly Endpoint[] = [...discoveryEndpoints];
