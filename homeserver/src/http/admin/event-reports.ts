import { invalidParam } from '../../protocol/errors.ts';
import { deleteReport as deleteStoredReport, getEventReport, listEventReports } from '../../rooms/index.ts';
import { customEndpoint } from '../endpoint.ts';
import { enumQuery, integerQuery, textQuery } from '../request-values.ts';

/** What users have reported, in Synapse's form: admin API, "Event Reports". */
const path = '/_synapse/admin/v1/event_reports';
const DEFAULT_LIMIT = 100;
const MOST_REPORTS = 1000;

export const listReports = customEndpoint(
  { name: 'adminListEventReports', method: 'GET', path, auth: 'admin' },
  async ({ query, services }) => {
    const offset = integerQuery(query, 'from') ?? 0;
    const limit = integerQuery(query, 'limit', { most: MOST_REPORTS }) ?? DEFAULT_LIMIT;
    const filter = { reporter: textQuery(query, 'user_id') ?? '', roomId: textQuery(query, 'room_id') ?? '' };
    const newestFirst = enumQuery(query, 'dir', ['f', 'b']) !== 'f';
    const { reports, total } = await listEventReports(services.rooms, filter, { offset, limit, newestFirst });
    return {
      event_reports: reports,
      total,
      ...(offset + reports.length < total ? { next_token: offset + reports.length } : {}),
    };
  },
);

export const getReport = customEndpoint(
  { name: 'adminGetEventReport', method: 'GET', path: `${path}/{reportId}`, auth: 'admin' },
  ({ params, requester, services }) => getEventReport(services.rooms, reportIdOf(params.reportId), requester),
);

export const deleteReport = customEndpoint(
  { name: 'adminDeleteEventReport', method: 'DELETE', path: `${path}/{reportId}`, auth: 'admin' },
  async ({ params, services }) => {
    await deleteStoredReport(services.rooms, 'event', reportIdOf(params.reportId));
    return {};
  },
);

/** The number of a report. @throws {MatrixError} 400 `M_INVALID_PARAM` */
export function reportIdOf(written: string): number {
  if (!/^\d{1,15}$/.test(written)) throw invalidParam('The ID of a report is a number');
  return Number(written);
}
