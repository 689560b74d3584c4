import { notFound } from '../../protocol/errors.ts';
import { getHistoryPurge, requestHistoryPurge } from '../../rooms/index.ts';
import { customEndpoint } from '../endpoint.ts';

/** The beginning of a room's history, deleted, in Synapse's form: admin API, "Purge History API". */
const path = '/_synapse/admin/v1/purge_history/{roomId}/{eventId}';

/** Begins to delete history; answers at once with an ID to ask with. */
export const startHistoryPurge = customEndpoint(
  {
    name: 'purgeHistory',
    method: 'POST',
    path,
    aliases: ['/_synapse/admin/v1/purge_history/{roomId}'],
    auth: 'admin',
    body: 'optional-json',
    bodySchema: {
      type: 'object',
      properties: {
        delete_local_events: { type: 'boolean' },
        purge_up_to_event_id: { type: 'string' },
        purge_up_to_ts: { type: 'integer' },
      },
    },
  },
  async ({ params, body, services }) => ({
    purge_id: await requestHistoryPurge(services.rooms, params.roomId, {
      eventId: params.eventId || body.purge_up_to_event_id,
      ts: body.purge_up_to_ts,
      deleteLocalEvents: body.delete_local_events ?? false,
    }),
  }),
);

/** How far it is. */
export const getHistoryPurgeStatus = customEndpoint(
  {
    name: 'getHistoryPurgeStatus',
    method: 'GET',
    path: '/_synapse/admin/v1/purge_history_status/{purgeId}',
    auth: 'admin',
  },
  async ({ params, services }) => {
    const purge = await getHistoryPurge(services.rooms, params.purgeId);
    if (purge === undefined) throw notFound(`There is no purge ${params.purgeId}`);
    const { status, error } = purge;
    return { status, ...(error === undefined ? {} : { error }) };
  },
);
