import type { Endpoint } from '../endpoint.ts';
import { getVersion } from './get-version.ts';

/** The route table for other servers: every endpoint of the Server-Server API. */
export const FEDERATION_ROUTES: readonly Endpoint[] = [getVersion];
