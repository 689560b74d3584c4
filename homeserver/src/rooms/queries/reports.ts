import type { JsonObject } from '../../protocol/canonical-json.ts';
import { notFound } from '../../protocol/errors.ts';
import type { ReportFilter, ReportSubject, StoredReport } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/** A report of an event in Synapse's form. */
export interface EventReport {
  readonly id: number;
  readonly received_ts: number;
  readonly room_id: string;
  readonly name: string | null;
  readonly canonical_alias: string | null;
  readonly event_id: string;
  readonly user_id: string;
  readonly sender: string;
  readonly reason: string | null;
  readonly score: null;
  readonly event_json?: JsonObject;
}

/** A page of the reports of events, and how many there are in all. */
export async function listEventReports(
  context: RoomsContext,
  filter: Pick<ReportFilter, 'reporter' | 'roomId'>,
  page: { readonly offset: number; readonly limit: number; readonly newestFirst: boolean },
): Promise<{ readonly reports: EventReport[]; readonly total: number }> {
  const { reports } = context.storage;
  const wanted = { ...filter, subject: 'event', userId: '' } as const;
  const stored = await reports.list(wanted, page);
  const presented = stored.map(async (report) => {
    return presentReport(report, await context.registry.byId(report.roomId ?? ''));
  });
  return { reports: await Promise.all(presented), total: await reports.count(wanted) };
}

/** One report with the event, if that is still there. @throws MatrixError 404 `M_NOT_FOUND`. */
export async function getEventReport(
  context: RoomsContext,
  reportId: number,
  viewer: Viewer,
): Promise<EventReport> {
  const report = await existingReport(context, 'event', reportId);
  const room = await context.registry.byId(report.roomId ?? '');
  const event = await context.storage.events.getById(report.eventId ?? '');
  const [shown] =
    room === undefined || event === undefined ? [] : await presentEvents(context, room, [event], viewer);
  return { ...presentReport(report, room), ...(shown === undefined ? {} : { event_json: shown }) };
}

/** Forgets a report of this kind. @throws MatrixError 404 `M_NOT_FOUND`. */
export async function deleteReport(
  context: RoomsContext,
  subject: ReportSubject,
  reportId: number,
): Promise<void> {
  await existingReport(context, subject, reportId);
  await context.storage.reports.delete(reportId);
}

/** A report of a user in Synapse's form. */
export interface UserReport {
  readonly id: number;
  readonly received_ts: number;
  readonly target_user_id: string;
  readonly user_id: string;
  readonly reason: string;
}

/** A page of the reports of users, and how many there are in all. */
export async function listUserReports(
  { storage }: RoomsContext,
  filter: Pick<ReportFilter, 'reporter' | 'userId'>,
  page: { readonly offset: number; readonly limit: number; readonly newestFirst: boolean },
): Promise<{ readonly reports: UserReport[]; readonly total: number }> {
  const wanted = { ...filter, subject: 'user', roomId: '' } as const;
  const reports = await storage.reports.list(wanted, page);
  return { reports: reports.map(presentUserReport), total: await storage.reports.count(wanted) };
}

/** One report of a user. @throws MatrixError 404 `M_NOT_FOUND`. */
export async function getUserReport(context: RoomsContext, reportId: number): Promise<UserReport> {
  return presentUserReport(await existingReport(context, 'user', reportId));
}

function presentUserReport(report: StoredReport): UserReport {
  return {
    id: report.reportId,
    received_ts: report.createdTs,
    target_user_id: report.userId ?? '',
    user_id: report.reporter,
    reason: report.reason,
  };
}

async function existingReport(
  { storage }: RoomsContext,
  subject: ReportSubject,
  reportId: number,
): Promise<StoredReport> {
  const report = await storage.reports.byId(reportId);
  if (report?.subject !== subject) throw notFound('There is no such report');
  return report;
}

function presentReport(report: StoredReport, room: Room | undefined): EventReport {
  const { name } = room?.content('m.room.name') ?? {};
  const { alias } = room?.content('m.room.canonical_alias') ?? {};
  return {
    id: report.reportId,
    received_ts: report.createdTs,
    room_id: report.roomId ?? '',
    name: typeof name === 'string' ? name : null,
    canonical_alias: typeof alias === 'string' ? alias : null,
    event_id: report.eventId ?? '',
    user_id: report.reporter,
    sender: report.userId ?? '',
    reason: report.reason === '' ? null : report.reason,
    score: null,
  };
}
