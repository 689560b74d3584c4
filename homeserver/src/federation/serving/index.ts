/** What this server tells others of its rooms. */
export { serveAlias } from './directory.ts';
export { serveEventByTimestamp } from './event-by-timestamp.ts';
export { serveBackfill, serveEvent, serveEventAuth, serveMissingEvents } from './events.ts';
export { serveState, serveStateIds } from './state.ts';
