import type { Endpoint } from '../../endpoint.ts';
import { getPresence } from './get-presence.ts';
import { setPresence } from './set-presence.ts';

export const presenceEndpoints: readonly Endpoint[] = [getPresence, setPresence];
