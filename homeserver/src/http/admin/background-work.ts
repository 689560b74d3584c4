import { TASK_STATUSES } from '../../jobs/index.ts';
import { MatrixError } from '../../protocol/errors.ts';
import { customEndpoint } from '../endpoint.ts';
import { enumQuery, integerQuery, textQuery } from '../request-values.ts';

const V1 = '/_synapse/admin/v1';
const UPDATES = `${V1}/background_updates` as const;

/** What there is to do in the background, and what was done, in Synapse's form: admin API, "Scheduled tasks". */
export const listScheduledTasks = customEndpoint(
  { name: 'adminListScheduledTasks', method: 'GET', path: `${V1}/scheduled_tasks`, auth: 'admin' },
  async ({ query, services }) => ({
    scheduled_tasks: await services.listTasks({
      action: textQuery(query, 'action_name'),
      resourceId: textQuery(query, 'resource_id'),
      // Synapse has two names for it.
      status: enumQuery(query, 'status', TASK_STATUSES) ?? enumQuery(query, 'job_status', TASK_STATUSES),
      beforeTs: integerQuery(query, 'max_timestamp'),
    }),
  }),
);

/** The database is always changed at the start, as a whole: so there never is anything that goes on. */
export const getBackgroundUpdates = customEndpoint(
  { name: 'adminGetBackgroundUpdates', method: 'GET', path: `${UPDATES}/status`, auth: 'admin' },
  () => ({ enabled: true, current_updates: {} }),
);

export const areBackgroundUpdatesOn = customEndpoint(
  { name: 'adminAreBackgroundUpdatesOn', method: 'GET', path: `${UPDATES}/enabled`, auth: 'admin' },
  () => ({ enabled: true }),
);

/** There is nothing to put off, so only what is so anyhow can be asked for. */
export const setBackgroundUpdatesOn = customEndpoint(
  {
    name: 'adminSetBackgroundUpdatesOn',
    method: 'POST',
    path: `${UPDATES}/enabled`,
    auth: 'admin',
    bodySchema: { type: 'object', properties: { enabled: { type: 'boolean' } } },
  },
  ({ body }) => {
    if (body.enabled !== false) return { enabled: true };
    throw new MatrixError(400, 'M_UNKNOWN', 'This server has no background updates that could be put off');
  },
);
