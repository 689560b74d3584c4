import { notFound } from '../../../protocol/errors.ts';
import { getRedactions, requestRedactions } from '../../../rooms/index.ts';
import { customEndpoint } from '../../endpoint.ts';

const V1 = '/_synapse/admin/v1/user';

/** Begins to redact what somebody has sent; answers at once with an ID to ask with. */
export const startRedactions = customEndpoint(
  {
    name: 'adminRedactUser',
    method: 'POST',
    path: `${V1}/{userId}/redact`,
    auth: 'admin',
    bodySchema: {
      type: 'object',
      required: ['rooms'],
      properties: {
        rooms: { type: 'array', items: { type: 'string' } },
        reason: { type: 'string' },
        limit: { type: 'integer', minimum: 1 },
        use_admin: { type: 'boolean' },
        before_ts: { type: 'integer' },
        after_ts: { type: 'integer' },
      },
    },
  },
  async ({ params, body, requester, services }) => ({
    redact_id: await requestRedactions(services.rooms, {
      userId: params.userId,
      admin: requester.userId,
      rooms: body.rooms,
      reason: body.reason,
      limit: body.limit,
      asAdmin: body.use_admin ?? false,
      beforeTs: body.before_ts,
      afterTs: body.after_ts,
    }),
  }),
);

/** How far it is. */
export const getRedactionStatus = customEndpoint(
  {
    name: 'adminGetRedactionStatus',
    method: 'GET',
    path: `${V1}/redact_status/{redactId}`,
    auth: 'admin',
  },
  async ({ params, services }) => {
    const status = await getRedactions(services.rooms, params.redactId);
    if (status === undefined) throw notFound(`There are no redactions ${params.redactId}`);
    return status;
  },
);
