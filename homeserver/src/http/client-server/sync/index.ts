import type { Endpoint } from '../../endpoint.ts';
import { sync } from './sync.ts';

export const syncEndpoints: readonly Endpoint[] = [sync];
