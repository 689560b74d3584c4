import type { Endpoint } from '../../endpoint.ts';
import {
  getRelatingEvents,
  getRelatingEventsWithRelType,
  getRelatingEventsWithRelTypeAndEventType,
} from './get-relating-events.ts';
import { getThreadRoots } from './get-thread-roots.ts';

export const relationEndpoints: readonly Endpoint[] = [
  getRelatingEvents,
  getRelatingEventsWithRelType,
  getRelatingEventsWithRelTypeAndEventType,
  getThreadRoots,
];
