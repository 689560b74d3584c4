import type { Endpoint } from '../../endpoint.ts';
import { getLock, getSuspension, setLock, setSuspension } from './sanctions.ts';
import { whoIs } from './who-is.ts';

/** What server admins do about users, in the Client-Server API. */
export const moderationEndpoints: readonly Endpoint[] = [
  whoIs,
  getLock,
  setLock,
  getSuspension,
  setSuspension,
];
