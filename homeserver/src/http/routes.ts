import { directoryEndpoints } from './client-server/directory/index.ts';
import { discoveryEndpoints } from './client-server/discovery/index.ts';
import { roomEndpoints } from './client-server/rooms/index.ts';
import type { Endpoint } from './endpoint.ts';
import { guildhallEndpoints } from './guildhall/index.ts';

/** The route table: every endpoint of the server. */
export const ROUTES: readonly Endpoint[] = [
  ...guildhallEndpoints,
  ...discoveryEndpoints,
  ...roomEndpoints,
  ...directoryEndpoints,
];
