import type { Clock, Timer } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import {
  ExpectationFailed,
  JobGivenUp,
  type JobKind,
  type RunningJob,
  type Storage,
  type StoredJob,
  UnitOfWork,
} from '../storage/index.ts';

/** How the jobs of one kind are done. */
export interface JobDefinition {
  readonly kind: JobKind;
  /**
   * Does the work. Whatever it throws, the job is tried again later, so it has to be safe to repeat; `JobGivenUp` ends
   * it for good.
   */
  readonly run: (job: RunningJob) => Promise<void>;
  /** How many jobs of this kind run at once in a process; 4 unless given. */
  readonly atOnce?: number;
  /** Whether it can be asked later what became of the job. What failed for good is always noted. */
  readonly keepsOutcome?: boolean;
  /** Runs again this long after each success, in milliseconds; its first time is this long after the first start. */
  readonly everyMs?: number;
}

export interface JobRunnerOptions {
  readonly storage: Pick<Storage, 'database' | 'jobs'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly definitions: readonly JobDefinition[];
}

const AT_ONCE = 4;
/** A process that has died has its jobs taken over after this long. */
const CLAIM_MS = 15_000;
const RENEWED_EVERY_MS = 5_000;
/** How soon the jobs of other processes are seen. Those of this one are seen at once. */
const POLL_MS = 1_000;
const LOOKED_AT_ONCE = 64;
const LONGEST_PAUSE_MS = 60 * 60 * 1000;
/** With pauses that double up to an hour, about half a day. */
const MOST_ATTEMPTS = 24;

interface Run {
  readonly definition: JobDefinition;
  readonly job: StoredJob;
  readonly ended: Promise<void>;
}

/**
 * Does what `storage.jobs` holds: each job when it is due, in one process at a time, again after a pause when it fails.
 * A job that is cut short, by a stop or a crash, is run again with what it has saved.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #definitions: ReadonlyMap<JobKind, JobDefinition>;
  /** Who this is, in claims. */
  readonly #name = randomOpaqueId(12);
  readonly #runs = new Set<Run>();
  readonly #stopping = new AbortController();
  #timer: Timer | undefined;
  #renewal: Timer | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
    this.#definitions = new Map(options.definitions.map((definition) => [definition.kind, definition]));
  }

  /** Begins with what is due, and goes on until `stop`. */
  async start(): Promise<void> {
    const { storage, clock } = this.#options;
    const unit = new UnitOfWork();
    // One process has a SQLite database: claims that are there are of one that has ended.
    if (storage.database.dialect === 'sqlite') storage.jobs.releaseAll(unit);
    for (const { kind, everyMs } of this.#definitions.values()) {
      if (everyMs === undefined) continue;
      storage.jobs.enqueueIfAbsent(unit, { kind, key: '', runAt: clock.now() + everyMs });
    }
    await storage.database.commit(unit);
    storage.jobs.onEnqueued(() => this.#look());
    this.#renewLater();
    this.#look();
  }

  /** Starts no more jobs, asks those that run to end, and waits for them. The next start continues. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#timer?.cancel();
    this.#renewal?.cancel();
    await this.#looking;
    await Promise.all([...this.#runs].map((run) => run.ended));
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Looks for due jobs, and again if it is asked to while it does. */
  #look(): void {
    if (this.#isStopped) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#lookAgain = false;
    this.#looking = this.#startDue()
      .catch((error: unknown) => {
        this.#options.logger.error('jobs could not be looked for', { error });
        return POLL_MS;
      })
      .then((pauseMs) => {
        this.#looking = undefined;
        if (this.#lookAgain) this.#look();
        else this.#lookLater(pauseMs);
      });
  }

  #lookLater(pauseMs: number | undefined): void {
    this.#timer?.cancel();
    if (pauseMs === undefined || this.#isStopped) return;
    this.#timer = this.#options.clock.setTimeout(() => this.#look(), pauseMs);
  }

  /** @returns how long it is until the next look; undefined for as long as nothing is enqueued and nothing ends. */
  async #startDue(): Promise<number | undefined> {
    const { storage, clock } = this.#options;
    while (!this.#isStopped) {
      const due = await storage.jobs.due(clock.now(), this.#openKinds(), LOOKED_AT_ONCE);
      const chosen = this.#fitting(due);
      if (chosen.length === 0) break;
      await Promise.all(chosen.map((job) => this.#claim(job)));
    }
    const next = await storage.jobs.nextDue(this.#openKinds());
    const pauseMs = next === undefined ? undefined : Math.max(0, next - clock.now());
    return storage.database.dialect === 'sqlite' ? pauseMs : Math.min(pauseMs ?? POLL_MS, POLL_MS);
  }

  /** The kinds of which another job may be started. */
  #openKinds(): JobKind[] {
    return [...this.#definitions.values()]
      .filter((definition) => this.#free(definition) > 0)
      .map(({ kind }) => kind);
  }

  #free(definition: JobDefinition): number {
    const running = [...this.#runs].filter((run) => run.definition === definition).length;
    return (definition.atOnce ?? AT_ONCE) - running;
  }

  #fitting(due: readonly StoredJob[]): StoredJob[] {
    const taken = new Map<JobKind, number>();
    return due.filter(({ kind }) => {
      const definition = this.#definitions.get(kind);
      const before = taken.get(kind) ?? 0;
      if (definition === undefined || before >= this.#free(definition)) return false;
      taken.set(kind, before + 1);
      return true;
    });
  }

  async #claim(job: StoredJob): Promise<void> {
    const { storage, clock } = this.#options;
    const now = clock.now();
    const unit = new UnitOfWork();
    storage.jobs.claim(unit, job, now, { by: this.#name, until: now + CLAIM_MS });
    try {
      await storage.database.commit(unit);
    } catch (error) {
      if (error instanceof ExpectationFailed) return;
      throw error;
    }
    const definition = this.#definitions.get(job.kind);
    if (definition === undefined) return;
    const ended = this.#run(definition, job).catch((error: unknown) => {
      this.#options.logger.error('what became of a job was not stored', { job: job.kind, error });
    });
    const run: Run = { definition, job, ended };
    this.#runs.add(run);
    void ended.then(() => {
      this.#runs.delete(run);
      this.#look();
    });
  }

  async #run(definition: JobDefinition, job: StoredJob): Promise<void> {
    const { storage, clock } = this.#options;
    let payload: JsonObject = job.payload;
    const running: RunningJob = {
      id: job.id,
      key: job.key,
      get payload() {
        return payload;
      },
      signal: this.#stopping.signal,
      saveIn: (unit, saved) => {
        storage.jobs.save(unit, job, this.#name, saved);
        unit.onCommit(() => {
          payload = saved;
        });
      },
    };
    // What another process has stored with the job may not be in memory here yet.
    const begun = storage.database.neighbours.caughtUp().then(() => definition.run(running));
    const failure = await begun.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const unit = new UnitOfWork();
    if (failure === undefined) this.#succeed(unit, definition, { ...job, payload });
    else if (!this.#isStopped) this.#fail(unit, { ...job, payload }, failure.error, clock.now());
    storage.jobs.release(unit, job, this.#name);
    await storage.database.commit(unit);
  }

  #succeed(unit: UnitOfWork, definition: JobDefinition, job: StoredJob): void {
    const { jobs } = this.#options.storage;
    const now = this.#options.clock.now();
    if (definition.everyMs !== undefined) {
      jobs.postpone(unit, { ...job, attempts: 0 }, this.#name, now + definition.everyMs);
      return;
    }
    jobs.remove(unit, job, this.#name);
    if (definition.keepsOutcome === true) jobs.recordOutcome(unit, { ...job, error: null }, now);
  }

  #fail(unit: UnitOfWork, job: StoredJob, error: unknown, now: number): void {
    const { storage, logger } = this.#options;
    const attempts = job.attempts + 1;
    const about = { job: job.kind, key: job.key, attempts, error };
    if (error instanceof JobGivenUp || attempts >= MOST_ATTEMPTS) {
      logger.error('a job failed for good', about);
      storage.jobs.remove(unit, job, this.#name);
      const reason = error instanceof Error ? error.message : String(error);
      storage.jobs.recordOutcome(unit, { ...job, error: reason }, now);
      return;
    }
    logger.warn('a job failed and will be tried again', about);
    const pauseMs = Math.min(1000 * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
    storage.jobs.postpone(unit, { ...job, attempts }, this.#name, now + pauseMs);
  }

  #renewLater(): void {
    this.#renewal = this.#options.clock.setTimeout(() => {
      this.#renew()
        .catch((error: unknown) => this.#options.logger.warn('claims on jobs were not renewed', { error }))
        .finally(() => {
          if (!this.#isStopped) this.#renewLater();
        });
    }, RENEWED_EVERY_MS);
  }

  async #renew(): Promise<void> {
    if (this.#runs.size === 0) return;
    const { storage, clock } = this.#options;
    const unit = new UnitOfWork();
    const claim = { by: this.#name, until: clock.now() + CLAIM_MS };
    for (const { job } of this.#runs) storage.jobs.renew(unit, job, claim);
    await storage.database.commit(unit);
  }
}
