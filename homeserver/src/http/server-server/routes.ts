import type { Endpoint } from '../endpoint.ts';
import { directoryEndpoints } from './directory.ts';
import { eventEndpoints } from './events.ts';
import { getVersion } from './get-version.ts';
import { handshakeEndpoints } from './handshakes.ts';
import { keyEndpoints } from './keys.ts';
import { mediaEndpoints } from './media.ts';
import { sendTransaction } from './send-transaction.ts';
import { signPolicy } from './sign-policy.ts';
import { userEndpoints } from './users.ts';
import { getWellKnown } from './well-known.ts';

/** The route table for other servers: every endpoint of the Server-Server API. */
export const FEDERATION_ROUTES: readonly Endpoint[] = [
  getVersion,
  getWellKnown,
  sendTransaction,
  ...handshakeEndpoints,
  ...keyEndpoints,
  ...eventEndpoints,
  ...directoryEndpoints,
  ...userEndpoints,
  ...mediaEndpoints,
  signPolicy,
];
