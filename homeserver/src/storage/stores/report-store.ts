import type { Database } from '../database/database.ts';
import { defineInsert, defineQuery } from '../database/sql.ts';
import { UnitOfWork } from '../database/unit-of-work.ts';

/** What a report is about. */
export type ReportSubject = 'event' | 'room' | 'user';

/** What a user tells the admins of. */
export interface NewReport {
  readonly subject: ReportSubject;
  /** User ID of who tells. */
  readonly reporter: string;
  readonly roomId: string | null;
  readonly eventId: string | null;
  /** Whom it is about: a user, or the sender of an event. */
  readonly userId: string | null;
  readonly reason: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdTs: number;
}

/** A report as it is kept. */
export interface StoredReport extends NewReport {
  readonly reportId: number;
}

/** Which reports; a filter that is empty lets everything through. */
export interface ReportFilter {
  readonly subject: ReportSubject;
  readonly reporter: string;
  readonly roomId: string;
  readonly userId: string;
}

const insertReport = defineInsert('reports', {
  subject: 'text',
  reporter: 'text',
  room_id: 'text?',
  event_id: 'text?',
  user_id: 'text?',
  reason: 'text',
  created_ts: 'bigint',
});
const REPORT = `SELECT report_id AS "reportId", subject, reporter, room_id AS "roomId", event_id AS "eventId",
  user_id AS "userId", reason, created_ts AS "createdTs" FROM reports`;
const MATCHING = `WHERE subject = ? AND (? = '' OR reporter = ?) AND (? = '' OR room_id = ?) AND (? = '' OR user_id = ?)`;
type FilterParams = [string, string, string, string, string, string, string];
const newestFirst = defineQuery<[...FilterParams, number, number], StoredReport>(
  `${REPORT} ${MATCHING} ORDER BY report_id DESC LIMIT ? OFFSET ?`,
);
const oldestFirst = defineQuery<[...FilterParams, number, number], StoredReport>(
  `${REPORT} ${MATCHING} ORDER BY report_id LIMIT ? OFFSET ?`,
);
const countMatching = defineQuery<FilterParams, { count: number }>(
  `SELECT count(*) AS count FROM reports ${MATCHING}`,
);
const byId = defineQuery<[number], StoredReport>(`${REPORT} WHERE report_id = ?`);

/** Reports of users, for the admins. */
export class ReportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async add(report: NewReport): Promise<void> {
    const unit = new UnitOfWork().write(insertReport, {
      subject: report.subject,
      reporter: report.reporter,
      room_id: report.roomId,
      event_id: report.eventId,
      user_id: report.userId,
      reason: report.reason,
      created_ts: report.createdTs,
    });
    await this.#database.commit(unit);
  }

  /** A page of reports. */
  list(
    filter: ReportFilter,
    page: { readonly offset: number; readonly limit: number; readonly newestFirst: boolean },
  ): Promise<StoredReport[]> {
    const query = page.newestFirst ? newestFirst : oldestFirst;
    return this.#database.all(query, [...paramsOf(filter), page.limit, page.offset]);
  }

  /** How many there are in all pages. */
  async count(filter: ReportFilter): Promise<number> {
    return (await this.#database.get(countMatching, paramsOf(filter)))?.count ?? 0;
  }

  byId(reportId: number): Promise<StoredReport | undefined> {
    return this.#database.get(byId, [reportId]);
  }

  /** Removes a report, if there is one. */
  async delete(reportId: number): Promise<void> {
    await this.#database.commit(new UnitOfWork().run('DELETE FROM reports WHERE report_id = ?', [reportId]));
  }
}

function paramsOf({ subject, reporter, roomId, userId }: ReportFilter): FilterParams {
  return [subject, reporter, reporter, roomId, roomId, userId, userId];
}
