import type { Database } from '../database/database.ts';
import { defineInsert, defineQuery, defineUpdate } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** What became of a delayed event; null while it waits. */
export type DelayedOutcome = 'sending' | 'send' | 'cancel';

/** An event that is to be sent later, or was to be. Times are milliseconds since the Unix epoch. */
export interface DelayedEvent {
  readonly delayId: string;
  readonly userNid: number;
  readonly roomNid: number;
  readonly type: string;
  /** Null for an event that is no state. */
  readonly stateKey: string | null;
  /** JSON. */
  readonly content: string;
  readonly delayMs: number;
  /** For how long it will stick; null for not at all. */
  readonly stickyMs: number | null;
  /** When it was asked for, or put off last. */
  readonly runningSince: number;
  /** The newest position of the log when it was asked for. */
  readonly askedAt: number;
  /** What tells a repeated request. */
  readonly request: string | null;
  readonly outcome: DelayedOutcome | null;
  /** Why it came to this: the time was up, somebody said so, or it was refused. */
  readonly reason: 'delay' | 'action' | 'error' | null;
  /** The body of the refusal, as JSON. */
  readonly error: string | null;
  readonly eventId: string | null;
  readonly finishedTs: number | null;
}

/** What a delayed event has come to. */
export type DelayedEnd = Pick<
  DelayedEvent,
  'delayId' | 'outcome' | 'reason' | 'error' | 'eventId' | 'finishedTs'
>;

const insertEvent = defineInsert('delayed_events', {
  delay_id: 'text',
  user_nid: 'bigint',
  room_nid: 'bigint',
  type: 'text',
  state_key: 'text?',
  content: 'text',
  delay_ms: 'bigint',
  sticky_ms: 'bigint?',
  running_since: 'bigint',
  asked_at: 'bigint',
  request: 'text?',
});
const setEnd = defineUpdate(
  'delayed_events',
  {
    delay_id: 'text',
    outcome: 'text?',
    reason: 'text?',
    error: 'text?',
    event_id: 'text?',
    finished_ts: 'bigint?',
  },
  ['delay_id'],
);
const EVENT = `SELECT delay_id AS "delayId", user_nid AS "userNid", room_nid AS "roomNid", type, state_key AS "stateKey",
  content, delay_ms AS "delayMs", sticky_ms AS "stickyMs", running_since AS "runningSince", asked_at AS "askedAt", request, outcome, reason, error,
  event_id AS "eventId", finished_ts AS "finishedTs" FROM delayed_events`;
const byId = defineQuery<[string], DelayedEvent>(`${EVENT} WHERE delay_id = ?`);
const byRequest = defineQuery<[string], DelayedEvent>(`${EVENT} WHERE request = ?`);
const waitingOf = defineQuery<[number, number], DelayedEvent>(
  `${EVENT} WHERE user_nid = ? AND finished_ts IS NULL ORDER BY running_since + delay_ms LIMIT ?`,
);
const finishedOf = defineQuery<[number, number], DelayedEvent>(
  `${EVENT} WHERE user_nid = ? AND finished_ts IS NOT NULL ORDER BY finished_ts DESC LIMIT ?`,
);

/** Events that are to be sent later. */
export class DelayedEventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds one to a unit, which fails if its request was made before. */
  insert(unit: UnitOfWork, event: DelayedEvent): void {
    unit.writeOnce(insertEvent, {
      delay_id: event.delayId,
      user_nid: event.userNid,
      room_nid: event.roomNid,
      type: event.type,
      state_key: event.stateKey,
      content: event.content,
      delay_ms: event.delayMs,
      sticky_ms: event.stickyMs,
      running_since: event.runningSince,
      asked_at: event.askedAt,
      request: event.request,
    });
  }

  /** Puts off one that waits, in a unit, which fails with `ExpectationFailed` when it does not wait any more. */
  putOff(unit: UnitOfWork, delayId: string, now: number): void {
    const text = 'UPDATE delayed_events SET running_since = ? WHERE delay_id = ? AND outcome IS NULL';
    unit.run(text, [now, delayId], 1);
  }

  /** Decides what becomes of one that waits, in a unit, which fails with `ExpectationFailed` when that is decided. */
  decide(unit: UnitOfWork, delayId: string, outcome: DelayedOutcome, reason: 'delay' | 'action'): void {
    const text = 'UPDATE delayed_events SET outcome = ?, reason = ? WHERE delay_id = ? AND outcome IS NULL';
    unit.run(text, [outcome, reason, delayId], 1);
  }

  /** Notes how one ended, in a unit. */
  finish(unit: UnitOfWork, end: DelayedEnd): void {
    unit.write(setEnd, {
      delay_id: end.delayId,
      outcome: end.outcome,
      reason: end.reason,
      error: end.error,
      event_id: end.eventId,
      finished_ts: end.finishedTs,
    });
  }

  /** Forgets what ended before a time, in a unit. */
  forget(unit: UnitOfWork, userNid: number, before: number): void {
    unit.run('DELETE FROM delayed_events WHERE user_nid = ? AND finished_ts < ?', [userNid, before]);
  }

  byId(delayId: string): Promise<DelayedEvent | undefined> {
    return this.#database.get(byId, [delayId]);
  }

  /** The one that an earlier request of the same transaction asked for. */
  byRequest(request: string): Promise<DelayedEvent | undefined> {
    return this.#database.get(byRequest, [request]);
  }

  /** Those of a user that are not finished, the next to be sent first. */
  waitingOf(userNid: number, limit: number): Promise<DelayedEvent[]> {
    return this.#database.all(waitingOf, [userNid, limit]);
  }

  /** Those of a user that are over, the last one first. */
  finishedOf(userNid: number, limit: number): Promise<DelayedEvent[]> {
    return this.#database.all(finishedOf, [userNid, limit]);
  }
}
