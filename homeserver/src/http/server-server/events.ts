import {
  serveBackfill,
  serveEvent,
  serveEventAuth,
  serveEventByTimestamp,
  serveMissingEvents,
  serveState,
  serveStateIds,
} from '../../federation/serving/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam, missingParam } from '../../protocol/errors.ts';
import { isEventId } from '../../protocol/identifiers.ts';
import type { Endpoint } from '../endpoint.ts';
import { enumQuery, integerQuery, requiredQuery } from '../request-values.ts';
import type { Services } from '../services.ts';
import { federationEndpoint } from './federation-endpoint.ts';

/** Reads that may take many others. */
const HISTORY = { limit: 'federationHistory' } as const;

const getEvent = federationEndpoint('getEvent', {}, async ({ params, origin, services }) =>
  transaction(services, [await serveEvent(services, origin, params.eventId)]),
);

const getEventAuth = federationEndpoint('getEventAuth', HISTORY, async ({ params, origin, services }) => ({
  auth_chain: await serveEventAuth(services, origin, params.roomId, params.eventId),
}));

const getRoomState = federationEndpoint('getRoomState', HISTORY, ({ params, query, origin, services }) =>
  serveState(services, origin, params.roomId, eventQuery(query)),
);

const getRoomStateIds = federationEndpoint(
  'getRoomStateIds',
  HISTORY,
  ({ params, query, origin, services }) => serveStateIds(services, origin, params.roomId, eventQuery(query)),
);

const backfillRoom = federationEndpoint(
  'backfillRoom',
  HISTORY,
  async ({ params, query, origin, services }) => {
    const limit = integerQuery(query, 'limit', { least: 1 });
    const from = query.getAll('v');
    if (limit === undefined || from.length === 0) throw missingParam('v and limit are needed');
    return transaction(services, await serveBackfill(services, origin, params.roomId, { from, limit }));
  },
);

const getMissingPreviousEvents = federationEndpoint(
  'getMissingPreviousEvents',
  { ...HISTORY, exactNumbers: false },
  async ({ params, body, origin, services }) => ({
    events: await serveMissingEvents(services, origin, params.roomId, {
      earliest: body.earliest_events,
      latest: body.latest_events,
      limit: body.limit,
      minDepth: body.min_depth,
    }),
  }),
);

const getEventByTimestamp = federationEndpoint(
  'getEventByTimestamp',
  HISTORY,
  ({ params, query, origin, services }) => {
    const ts = integerQuery(query, 'ts');
    const direction = enumQuery(query, 'dir', ['b', 'f']);
    if (ts === undefined || direction === undefined) throw missingParam('ts and dir are needed');
    return serveEventByTimestamp(services, origin, params.roomId, { ts, direction });
  },
);

/** Events in the form in which servers send them. */
function transaction({ serverName, clock }: Services, pdus: readonly JsonObject[]): object {
  return { origin: serverName, origin_server_ts: clock.now(), pdus };
}

function eventQuery(query: URLSearchParams): string {
  const eventId = requiredQuery(query, 'event_id');
  if (!isEventId(eventId)) throw invalidParam(`${eventId} is not an event ID`);
  return eventId;
}

/** What happened in rooms, for servers that are in them. */
export const eventEndpoints: readonly Endpoint[] = [
  getEvent,
  getEventAuth,
  getRoomState,
  getRoomStateIds,
  backfillRoom,
  getMissingPreviousEvents,
  getEventByTimestamp,
];
