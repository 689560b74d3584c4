import type { Endpoint } from '../endpoint.ts';
import { getVersion } from './get-version.ts';
import { handshakeEndpoints } from './handshakes.ts';
import { sendTransaction } from './send-transaction.ts';

/** The route table for other servers: every endpoint of the Server-Server API. */
export const FEDERATION_ROUTES: readonly Endpoint[] = [getVersion, sendTransaction, ...handshakeEndpoints];
