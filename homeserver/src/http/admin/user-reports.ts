import { deleteReport, getUserReport, listUserReports } from '../../rooms/index.ts';
import { customEndpoint } from '../endpoint.ts';
import { enumQuery, integerQuery, textQuery } from '../request-values.ts';
import { reportIdOf } from './event-reports.ts';

/** Whom users have reported, in Synapse's form: admin API, "User Reports". */
const path = '/_synapse/admin/v1/user_reports';
const DEFAULT_LIMIT = 100;
const MOST_REPORTS = 1000;

export const listReportsOfUsers = customEndpoint(
  { name: 'adminListUserReports', method: 'GET', path, auth: 'admin' },
  async ({ query, services }) => {
    const offset = integerQuery(query, 'from') ?? 0;
    const limit = integerQuery(query, 'limit', { most: MOST_REPORTS }) ?? DEFAULT_LIMIT;
    const filter = {
      reporter: textQuery(query, 'user_id') ?? '',
      userId: textQuery(query, 'target_user_id') ?? '',
    };
    const newestFirst = enumQuery(query, 'dir', ['f', 'b']) !== 'f';
    const { reports, total } = await listUserReports(services.rooms, filter, { offset, limit, newestFirst });
    return {
      user_reports: reports,
      total,
      ...(offset + reports.length < total ? { next_token: offset + reports.length } : {}),
    };
  },
);

export const getReportOfUser = customEndpoint(
  { name: 'adminGetUserReport', method: 'GET', path: `${path}/{reportId}`, auth: 'admin' },
  ({ params, services }) => getUserReport(services.rooms, reportIdOf(params.reportId)),
);

export const deleteReportOfUser = customEndpoint(
  { name: 'adminDeleteUserReport', method: 'DELETE', path: `${path}/{reportId}`, auth: 'admin' },
  async ({ params, services }) => {
    await deleteReport(services.rooms, 'user', reportIdOf(params.reportId));
    return {};
  },
);
