import { randomOpaqueId } from '../../base/ids.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { Database } from '../database/database.ts';
import { defineDelete, defineInsertIgnore, defineQuery, defineUpsert } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** What there is to do. The texts are stored; `jobs` has a file for each. */
export const JobKind = {
  /** A changed profile is to show in its user's rooms: `key` = user ID. */
  CarryProfile: 'carry-profile',
  /** A deactivated user is to leave its rooms: `key` = user ID. */
  LeaveRooms: 'leave-rooms',
  /** A changed membership of a guild is to be carried into its channels: `payload` = `ChangedMembership`. */
  CarryMembership: 'carry-membership',
  /** A guild or one of its channels is to be closed: `key` = room ID. */
  CloseRooms: 'close-rooms',
  /** Rooms that somebody has muted for some time are to be heard of again: `key` = user ID. */
  EndMutes: 'end-mutes',
  /** A pusher has something to tell: `key` names it. */
  Push: 'push',
  /** An application service has news: `key` = its ID. */
  TellAppService: 'tell-app-service',
  /** A delayed event is to be sent: `key` = delay ID. */
  SendDelayed: 'send-delayed',
  /** A call is to be looked after: `key` = its name on the SFU. */
  TendCall: 'tend-call',
  /** Events that another server has sent wait to get into their rooms: `key` = its name. */
  ReceiveEvents: 'receive-events',
  /** A room is to be deleted: `key` = room ID. */
  PurgeRoom: 'purge-room',
  /** What was written about a room while it was deleted is to go: `key` = the number that it had. */
  PurgeLeftovers: 'purge-leftovers',
  /** The beginning of a room's history is to be deleted: `key` = room ID. */
  PurgeHistory: 'purge-history',
  /** What changed in rooms is to be noted, so that admins can list them. */
  DescribeRooms: 'describe-rooms',
  /** What somebody has sent is to be redacted: `key` = user ID. */
  RedactUser: 'redact-user',
  /** A room that was joined with partial state is to be completed: `key` = room ID. */
  CompleteRoom: 'complete-room',
  /** Events that nothing needs are to be deleted, in all rooms. */
  PurgeUnneeded: 'purge-unneeded',
  /** Media that are too old are to go, and content that nothing names any more. */
  TendMedia: 'tend-media',
  /** Servers of which nothing has to be known any more are to be forgotten. */
  ForgetDestinations: 'forget-destinations',
} as const;

export type JobKind = (typeof JobKind)[keyof typeof JobKind];

/** Work to be done later, or over and over until it succeeds. */
export interface NewJob {
  readonly kind: JobKind;
  /** There is one job at a time for a kind and key. Unless given, the job has a key of its own. */
  readonly key?: string;
  /** What the work needs to know, and where it has got to. */
  readonly payload?: JsonObject;
  /** Milliseconds since the Unix epoch; at once unless given. */
  readonly runAt?: number;
}

/** A job that is not finished. */
export interface StoredJob {
  readonly id: string;
  readonly kind: JobKind;
  readonly key: string;
  readonly payload: JsonObject;
  readonly runAt: number;
  /** How often it has failed. */
  readonly attempts: number;
}

/** What became of a job. */
export interface JobOutcome {
  readonly id: string;
  readonly kind: JobKind;
  readonly key: string;
  /** As it was saved last. */
  readonly payload: JsonObject;
  /** Why it was given up; null if it was done. */
  readonly error: string | null;
}

/** A job as its own code sees it while it runs. */
export interface RunningJob {
  readonly id: string;
  readonly key: string;
  /** As it was saved last, by this run or an earlier one that was cut short. */
  readonly payload: JsonObject;
  /** Aborted when the server stops: end soon, the next run continues. */
  readonly signal: AbortSignal;
  /**
   * Saves how far the work has come together with what it does, in a unit. The unit fails with `ExpectationFailed`
   * when the job is not this run's any more: it was enqueued anew, or another process has taken it over.
   */
  saveIn(unit: UnitOfWork, payload: JsonObject): void;
}

/** What a job throws when it is of no use to try it again. */
export class JobGivenUp extends Error {
  override readonly name = 'JobGivenUp';
}

/** A claim on a job, for a while: nobody else runs it until then. */
interface Claim {
  readonly by: string;
  readonly until: number;
}

const columns = {
  kind: 'text',
  key: 'text',
  job_id: 'text',
  payload: 'text',
  run_at: 'bigint',
  attempts: 'integer',
} as const;
// A claim is left as it is: who runs the job now sees at its end that there is more to do.
const replaceJob = defineUpsert('jobs', columns, ['kind', 'key']);
const insertJob = defineInsertIgnore('jobs', columns);
const deleteJob = defineDelete('jobs', { job_id: 'text', claimed_by: 'text' });
const insertOutcome = defineInsertIgnore('job_outcomes', {
  job_id: 'text',
  kind: 'text',
  key: 'text',
  payload: 'text',
  error: 'text?',
  finished_ts: 'bigint',
});

type RawJob = Omit<StoredJob, 'payload'> & { payload: string };
const JOB = 'job_id AS id, kind, key, payload, run_at AS "runAt", attempts';
const dueJobs = defineQuery<[number, number, string[], number], RawJob>(
  `SELECT ${JOB} FROM jobs WHERE run_at <= ? AND claimed_until < ? AND kind = ANY(?:text[])
   ORDER BY run_at LIMIT ?`,
);
const firstDue = defineQuery<[string[]], { runAt: number }>(
  `SELECT run_at AS "runAt" FROM jobs WHERE claimed_until = 0 AND kind = ANY(?:text[]) ORDER BY run_at LIMIT 1`,
);
const jobById = defineQuery<[string], RawJob>(`SELECT ${JOB} FROM jobs WHERE job_id = ?`);
const jobByKey = defineQuery<[string, string], RawJob>(`SELECT ${JOB} FROM jobs WHERE kind = ? AND key = ?`);

type RawOutcome = Omit<JobOutcome, 'payload'> & { payload: string };
const OUTCOME = 'SELECT job_id AS id, kind, key, payload, error FROM job_outcomes';
const outcomeById = defineQuery<[string], RawOutcome>(`${OUTCOME} WHERE job_id = ?`);
const outcomesByKey = defineQuery<[string, string], RawOutcome>(
  `${OUTCOME} WHERE kind = ? AND key = ? ORDER BY finished_ts`,
);

const activeJobs = defineQuery<[], RawJob & { claimedUntil: number }>(
  `SELECT ${JOB}, claimed_until AS "claimedUntil" FROM jobs ORDER BY run_at LIMIT 1000`,
);
const recentOutcomes = defineQuery<[], RawOutcome & { finishedTs: number }>(
  `SELECT job_id AS id, kind, key, payload, error, finished_ts AS "finishedTs" FROM job_outcomes
   ORDER BY finished_ts DESC LIMIT 1000`,
);

/** How long it can be asked what became of a job. */
const OUTCOME_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** Work that is to be done, by whichever process is free, and what became of it. */
export class JobStore {
  readonly #database: Database;
  readonly #listeners: (() => void)[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** Calls `listener` whenever a job of this process was committed. */
  onEnqueued(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Adds a job to the unit that makes it necessary: both are there, or neither. A job of the same kind and key that
   * waits is replaced; one that runs is run again afterwards.
   *
   * @returns the job's ID.
   */
  enqueue(unit: UnitOfWork, job: NewJob): string {
    const row = rowOf(job);
    unit.write(replaceJob, row).onCommit(() => this.#announce());
    return row.job_id;
  }

  /** As `enqueue`, for a job that must be the only one of its kind and key: else the unit fails with `ExpectationFailed`. */
  enqueueNew(unit: UnitOfWork, job: NewJob): string {
    const row = rowOf(job);
    unit.writeOnce(insertJob, row).onCommit(() => this.#announce());
    return row.job_id;
  }

  /** As `enqueue`, unless there is such a job: then it stays as it is. */
  enqueueIfAbsent(unit: UnitOfWork, job: NewJob): void {
    unit.write(insertJob, rowOf(job)).onCommit(() => this.#announce());
  }

  /** Takes back a job, in a unit, which fails with `ExpectationFailed` when there is none that waits. */
  cancel(unit: UnitOfWork, kind: JobKind, key: string): void {
    unit.run('DELETE FROM jobs WHERE kind = ? AND key = ? AND claimed_until = 0', [kind, key], 1);
  }

  /** A job that is not finished, by its ID. */
  async byId(id: string): Promise<StoredJob | undefined> {
    return fromRaw(await this.#database.get(jobById, [id]));
  }

  /** A job that is not finished, by its key. */
  async byKey(kind: JobKind, key: string): Promise<StoredJob | undefined> {
    return fromRaw(await this.#database.get(jobByKey, [kind, key]));
  }

  /** What became of a job. Kept for a week. */
  async outcomeById(id: string): Promise<JobOutcome | undefined> {
    return fromRaw(await this.#database.get(outcomeById, [id]));
  }

  /** What became of the jobs of a kind and key, oldest first. */
  async outcomesByKey(kind: JobKind, key: string): Promise<JobOutcome[]> {
    return (await this.#database.all(outcomesByKey, [kind, key])).flatMap((row) => fromRaw(row) ?? []);
  }

  /** Jobs that wait or run, at most 1,000, those due first. */
  async unfinished(): Promise<(StoredJob & { readonly isRunning: boolean })[]> {
    const rows = await this.#database.all(activeJobs, []);
    return rows.map(({ claimedUntil, payload, ...job }) => ({
      ...job,
      payload: JSON.parse(payload) as JsonObject,
      isRunning: claimedUntil > 0,
    }));
  }

  /** What became of the jobs that ended last, at most 1,000, the newest first; times in milliseconds. */
  async outcomes(): Promise<(JobOutcome & { readonly finishedTs: number })[]> {
    const rows = await this.#database.all(recentOutcomes, []);
    return rows.map(({ payload, ...outcome }) => ({
      ...outcome,
      payload: JSON.parse(payload) as JsonObject,
    }));
  }

  /** Jobs of some kinds whose time has come and which nobody has claimed, those longest due first. */
  async due(now: number, kinds: readonly string[], limit: number): Promise<StoredJob[]> {
    const rows = await this.#database.all(dueJobs, [now, now, [...kinds], limit]);
    return rows.flatMap((row) => fromRaw(row) ?? []);
  }

  /** When the next unclaimed job of some kinds is due. */
  async nextDue(kinds: readonly string[]): Promise<number | undefined> {
    return (await this.#database.get(firstDue, [[...kinds]]))?.runAt;
  }

  /** Claims a job, in a unit, which fails with `ExpectationFailed` when somebody else was faster. */
  claim(unit: UnitOfWork, { id }: StoredJob, now: number, { by, until }: Claim): void {
    unit.run(
      'UPDATE jobs SET claimed_by = ?, claimed_until = ? WHERE job_id = ? AND claimed_until < ?',
      [by, until, id, now],
      1,
    );
  }

  /** Keeps a claim for longer, in a unit. */
  renew(unit: UnitOfWork, { kind, key }: StoredJob, { by, until }: Claim): void {
    unit.run('UPDATE jobs SET claimed_until = ? WHERE kind = ? AND key = ? AND claimed_by = ?', [
      until,
      kind,
      key,
      by,
    ]);
  }

  /** Lets go of one claim, in a unit: the job stays as it is. */
  release(unit: UnitOfWork, { kind, key }: StoredJob, by: string): void {
    unit.run(
      'UPDATE jobs SET claimed_by = NULL, claimed_until = 0 WHERE kind = ? AND key = ? AND claimed_by = ?',
      [kind, key, by],
    );
  }

  /** Ends every claim, in a unit: for a start where no other process can be running. */
  releaseAll(unit: UnitOfWork): void {
    unit.run('UPDATE jobs SET claimed_by = NULL, claimed_until = 0 WHERE claimed_until <> 0', []);
  }

  /** Saves a payload, in a unit, which fails with `ExpectationFailed` unless the job still is the claimant's. */
  save(unit: UnitOfWork, { id }: StoredJob, by: string, payload: JsonObject): void {
    unit.run(
      'UPDATE jobs SET payload = ? WHERE job_id = ? AND claimed_by = ?',
      [JSON.stringify(payload), id, by],
      1,
    );
  }

  /** Puts a claimed job off, in a unit, unless it was enqueued anew. */
  postpone(unit: UnitOfWork, { id, attempts }: StoredJob, by: string, runAt: number): void {
    unit.run('UPDATE jobs SET run_at = ?, attempts = ? WHERE job_id = ? AND claimed_by = ?', [
      runAt,
      attempts,
      id,
      by,
    ]);
  }

  /** Removes a claimed job, in a unit, unless it was enqueued anew. */
  remove(unit: UnitOfWork, { id }: StoredJob, by: string): void {
    unit.write(deleteJob, { job_id: id, claimed_by: by });
  }

  /** Notes what became of a job, in a unit, and forgets what became of those that ended long ago. */
  recordOutcome(unit: UnitOfWork, { id, kind, key, payload, error }: JobOutcome, now: number): void {
    unit.write(insertOutcome, {
      job_id: id,
      kind,
      key,
      payload: JSON.stringify(payload),
      error,
      finished_ts: now,
    });
    unit.run('DELETE FROM job_outcomes WHERE finished_ts < ?', [now - OUTCOME_KEPT_MS]);
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}

function rowOf({ kind, key, payload = {}, runAt = 0 }: NewJob) {
  const id = randomOpaqueId(16);
  return {
    kind,
    key: key ?? id,
    job_id: id,
    payload: JSON.stringify(payload),
    run_at: runAt,
    attempts: 0,
  };
}

function fromRaw<Row extends { payload: string }>(
  row: Row | undefined,
): (Omit<Row, 'payload'> & { payload: JsonObject }) | undefined {
  return row === undefined ? undefined : { ...row, payload: JSON.parse(row.payload) as JsonObject };
}
