import { DESTINATION_ORDERS } from '../../../federation/index.ts';
import { MatrixError, notFound } from '../../../protocol/errors.ts';
import { customEndpoint } from '../../endpoint.ts';
import { enumQuery, integerQuery, textQuery } from '../../request-values.ts';
import type { Services } from '../../services.ts';

/** The servers that this one deals with, in Synapse's form: admin API, "Federation". */
const path = '/_synapse/admin/v1/federation/destinations';
const DEFAULT_LIMIT = 100;
const MOST_ENTRIES = 1000;

type Known = NonNullable<Awaited<ReturnType<Services['federation']['destinations']['get']>>>;

export const listDestinations = customEndpoint(
  { name: 'adminListDestinations', method: 'GET', path, auth: 'admin' },
  async ({ query, services }) => {
    const page = pageOf(query);
    const { servers, total } = await services.federation.destinations.list({
      ...page,
      containing: textQuery(query, 'destination') ?? '',
      order: enumQuery(query, 'order_by', DESTINATION_ORDERS) ?? 'destination',
    });
    const destinations = servers.map(presentDestination);
    return { destinations, total, ...nextToken(page.offset + destinations.length, total) };
  },
);

export const getDestination = customEndpoint(
  { name: 'adminGetDestination', method: 'GET', path: `${path}/{destination}`, auth: 'admin' },
  async ({ params, services }) => presentDestination(await requireKnown(services, params.destination)),
);

export const listRoomsOfDestination = customEndpoint(
  { name: 'adminListDestinationRooms', method: 'GET', path: `${path}/{destination}/rooms`, auth: 'admin' },
  async ({ params, query, services }) => {
    await requireKnown(services, params.destination);
    const page = pageOf(query);
    const { rooms, total } = await services.federation.destinations.roomsOf(params.destination, page);
    return {
      rooms: rooms.map(({ roomId, position }) => ({ room_id: roomId, stream_ordering: position })),
      total,
      ...nextToken(page.offset + rooms.length, total),
    };
  },
);

export const resetDestination = customEndpoint(
  {
    name: 'adminResetDestination',
    method: 'POST',
    path: `${path}/{destination}/reset_connection`,
    auth: 'admin',
  },
  async ({ params, services }) => {
    const { failing } = await requireKnown(services, params.destination);
    if (failing === undefined) {
      throw new MatrixError(400, 'M_UNKNOWN', 'The server answers: there is nothing to reset');
    }
    await services.federation.destinations.pardon(params.destination);
    return {};
  },
);

function pageOf(query: URLSearchParams) {
  return {
    offset: integerQuery(query, 'from') ?? 0,
    limit: integerQuery(query, 'limit', { most: MOST_ENTRIES }) ?? DEFAULT_LIMIT,
    descending: enumQuery(query, 'dir', ['f', 'b']) === 'b',
  };
}

/** Where the next page begins: a text, as from Synapse. */
function nextToken(end: number, total: number): { next_token?: string } {
  return end < total ? { next_token: String(end) } : {};
}

async function requireKnown(services: Services, destination: string): Promise<Known> {
  const known = await services.federation.destinations.get(destination);
  if (known === undefined) throw notFound('This server was never asked for anything');
  return known;
}

/** As Synapse, and beside it why the server does not answer. */
function presentDestination({ serverName, failing, sentPosition }: Known) {
  return {
    destination: serverName,
    retry_last_ts: failing?.failedTs ?? 0,
    retry_interval: failing === undefined ? 0 : failing.retryTs - failing.failedTs,
    failure_ts: failing?.failingSinceTs ?? null,
    last_successful_stream_ordering: sentPosition ?? null,
    ...(failing === undefined ? {} : { reason: failing.reason }),
  };
}
