import type { Clock } from '../base/clock.ts';
import { randomOpaqueId } from '../base/ids.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import {
  badJson,
  forbidden,
  invalidParam,
  limitExceeded,
  MatrixError,
  notFound,
} from '../protocol/errors.ts';
import { type RoomsContext, sendEvent, setState, stateKeyOf } from '../rooms/index.ts';
import {
  type DelayedEvent,
  ExpectationFailed,
  JobKind,
  type Storage,
  type TransactionKey,
  UnitOfWork,
} from '../storage/index.ts';

export interface DelayedEventsOptions {
  readonly storage: Storage;
  readonly rooms: RoomsContext;
  readonly clock: Clock;
}

/** An event that somebody wants to be sent later. */
export interface DelayedRequest {
  readonly roomId: string;
  readonly sender: { readonly userId: string; readonly userNid: number };
  readonly type: string;
  /** Present for a state event. */
  readonly stateKey?: string;
  readonly content: JsonObject;
  readonly delayMs: number;
  /** For how long it is to stick once it is sent, in milliseconds. */
  readonly stickyMs?: number | undefined;
  /** The client's transaction, if it has one. */
  readonly transaction?: TransactionKey;
}

/** What can be done with a delayed event: start its time again, send it now, or not at all. */
export const DELAYED_ACTIONS = ['restart', 'send', 'cancel'] as const;
export type DelayedAction = (typeof DELAYED_ACTIONS)[number];

/** Longer delays are refused. */
export const LONGEST_DELAY_MS = 7 * 24 * 60 * 60 * 1000;
/** How many may wait for one user. */
export const MOST_DELAYED = 100;
const MOST_LISTED = 100;
/** Shorter delays are not watched over: LiveKit could be away for as long. Source: MSC4195. */
const LEAST_WATCHED_MS = 60 * 60 * 1000;
const FINISHED_KEPT_MS = 7 * 24 * 60 * 60 * 1000;
const RETRY_WHEN_FULL_MS = 10_000;

/**
 * Events that are sent later, unless their sender puts them off: how the others hear that a client has crashed. They
 * are stored, and each has a job that sends it when its time is up, also after a restart.
 *
 * Source: MSC4140. State that somebody else has set meanwhile is not overwritten.
 */
export class DelayedEvents {
  readonly #storage: Storage;
  readonly #rooms: RoomsContext;
  readonly #clock: Clock;

  constructor({ storage, rooms, clock }: DelayedEventsOptions) {
    this.#storage = storage;
    this.#rooms = rooms;
    this.#clock = clock;
  }

  /**
   * Stores an event that is to be sent later. A repeat with the same transaction returns the ID of the first.
   *
   * @returns its delay ID, which whoever knows it may act on it with.
   * @throws MatrixError 400 `M_INVALID_PARAM`, 400 `M_UNKNOWN` with `org.matrix.msc4140.errcode` for a delay that is too
   * long, 403 `M_FORBIDDEN` outside the room, 429 `M_LIMIT_EXCEEDED` when too many wait.
   */
  async schedule(request: DelayedRequest): Promise<string> {
    const { roomId, sender, type, stateKey, content, delayMs, stickyMs, transaction } = request;
    requireDelay(delayMs);
    const room = await this.#rooms.registry.byId(roomId);
    if (room?.membershipOf(sender.userId) !== 'join') throw forbidden('You are not in this room');
    const repeated = transaction === undefined ? null : JSON.stringify(transaction);
    const first = repeated === null ? undefined : await this.#storage.delayedEvents.byRequest(repeated);
    if (first !== undefined) return first.delayId;
    const waiting = await this.#storage.delayedEvents.waitingOf(sender.userNid, MOST_DELAYED);
    if (waiting.length === MOST_DELAYED) throw limitExceeded(RETRY_WHEN_FULL_MS);

    const now = this.#clock.now();
    const event: DelayedEvent = {
      delayId: `sched_${randomOpaqueId(24)}`,
      userNid: sender.userNid,
      roomNid: room.nid,
      type,
      stateKey: stateKey ?? null,
      content: JSON.stringify(content),
      delayMs,
      stickyMs: stickyMs ?? null,
      runningSince: now,
      askedAt: await this.#storage.log.newest(),
      request: repeated,
      outcome: null,
      reason: null,
      error: null,
      eventId: null,
      finishedTs: null,
    };
    const unit = new UnitOfWork();
    this.#storage.delayedEvents.forget(unit, sender.userNid, now - FINISHED_KEPT_MS);
    this.#storage.delayedEvents.insert(unit, event);
    this.#enqueue(unit, event.delayId, now + delayMs);
    try {
      await this.#storage.database.commit(unit);
      return event.delayId;
    } catch (error) {
      const other = repeated === null ? undefined : await this.#storage.delayedEvents.byRequest(repeated);
      if (other === undefined) throw error;
      return other.delayId;
    }
  }

  /**
   * Does something with a delayed event. Whoever knows its ID may: clients hand it to those who watch over them.
   *
   * @throws MatrixError 404 `M_NOT_FOUND`; 409 `M_UNKNOWN` when it has come to something else already.
   */
  async act(delayId: string, action: DelayedAction): Promise<void> {
    const event = await this.#existing(delayId);
    const unit = new UnitOfWork();
    const now = this.#clock.now();
    if (action === 'restart') {
      this.#storage.delayedEvents.putOff(unit, delayId, now);
      this.#enqueue(unit, delayId, now + event.delayMs);
    } else if (action === 'cancel') {
      this.#storage.delayedEvents.decide(unit, delayId, 'cancel', 'action');
      const end = { delayId, outcome: 'cancel', reason: 'action', error: null, eventId: null } as const;
      this.#storage.delayedEvents.finish(unit, { ...end, finishedTs: now });
    } else {
      this.#storage.delayedEvents.decide(unit, delayId, 'sending', 'action');
      // Should this process end on the way, the job goes on.
      this.#enqueue(unit, delayId, now);
    }
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      if (!(error instanceof ExpectationFailed)) throw error;
      await this.#requireSame(delayId, action);
      return;
    }
    if (action === 'send') await this.fire(delayId);
  }

  /**
   * Makes sure that this server can act on a delayed event in its sender's place.
   *
   * @throws MatrixError 400 `M_BAD_JSON` unless it waits, is of this user and room, and has a delay of an hour or more:
   * not 404, by which clients would know a server that cannot do this at all.
   */
  async requireWatchable(delayId: string, userNid: number, roomNid: number): Promise<void> {
    const event = await this.#storage.delayedEvents.byId(delayId);
    if (event?.userNid !== userNid || event.roomNid !== roomNid || event.outcome !== null) {
      throw badJson('There is no such delayed event of yours in this room');
    }
    if (event.delayMs < LEAST_WATCHED_MS) throw badJson('Only delays of an hour or more are watched over');
  }

  /** Puts off a delayed event, unless that was done not long ago for its delay. @throws MatrixError as `act`. */
  async keepWaiting(delayId: string): Promise<void> {
    const { runningSince, delayMs } = await this.#existing(delayId);
    if (this.#clock.now() - runningSince > delayMs / 4) await this.act(delayId, 'restart');
  }

  /** One delayed event of a user. @throws MatrixError 404 `M_NOT_FOUND` */
  async get(userNid: number, delayId: string): Promise<JsonObject> {
    const event = await this.#existing(delayId);
    if (event.userNid !== userNid) throw notFound('There is no such delayed event');
    return event.finishedTs === null ? this.#describe(event) : this.#describeEnd(event);
  }

  /** A user's delayed events: those that wait, the next first, and those that are over, the last first. */
  async list(userNid: number): Promise<{ scheduled: JsonObject[]; finalised: JsonObject[] }> {
    const waiting = await this.#storage.delayedEvents.waitingOf(userNid, MOST_LISTED);
    const finished = await this.#storage.delayedEvents.finishedOf(userNid, MOST_LISTED);
    return {
      scheduled: await Promise.all(waiting.map((event) => this.#describe(event))),
      finalised: await Promise.all(finished.map((event) => this.#describeEnd(event))),
    };
  }

  /** Sends an event whose time is up, as the job does that it has. Safe to repeat: the event is sent once. */
  async fire(delayId: string): Promise<void> {
    const event = await this.#storage.delayedEvents.byId(delayId);
    if (event === undefined || event.finishedTs !== null) return;
    const now = this.#clock.now();
    if (event.outcome === null) {
      // It was put off when the job had begun already; another job has taken its place.
      if (event.runningSince + event.delayMs > now) return;
      const unit = new UnitOfWork();
      this.#storage.delayedEvents.decide(unit, delayId, 'sending', 'delay');
      try {
        await this.#storage.database.commit(unit);
      } catch (error) {
        if (error instanceof ExpectationFailed) return;
        throw error;
      }
    }
    const reason = event.reason === 'action' ? 'action' : 'delay';
    const unit = new UnitOfWork();
    try {
      const eventId = (await this.#isOvertaken(event)) ? undefined : await this.#send(event);
      this.#storage.delayedEvents.finish(unit, {
        delayId,
        outcome: eventId === undefined ? 'cancel' : 'send',
        reason: eventId === undefined ? 'error' : reason,
        error: eventId === undefined ? JSON.stringify(OVERTAKEN) : null,
        eventId: eventId ?? null,
        finishedTs: now,
      });
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error;
      const leftMs = error.fields.retry_after_ms;
      // As with slow mode: what was promised is sent when it may be.
      if (error.errcode === 'M_LIMIT_EXCEEDED' && typeof leftMs === 'number') {
        this.#enqueue(unit, delayId, now + leftMs);
        await this.#storage.database.commit(unit);
        return;
      }
      const refusal = { error: JSON.stringify(error.toJSON()), eventId: null, finishedTs: now };
      this.#storage.delayedEvents.finish(unit, { delayId, outcome: 'cancel', reason: 'error', ...refusal });
    }
    await this.#storage.database.commit(unit);
  }

  #enqueue(unit: UnitOfWork, delayId: string, runAt: number): void {
    this.#storage.jobs.enqueue(unit, { kind: JobKind.SendDelayed, key: delayId, runAt });
  }

  /** Whether somebody else has set the same state since the event was asked for. */
  async #isOvertaken({ roomNid, type, stateKey, askedAt, userNid }: DelayedEvent): Promise<boolean> {
    if (stateKey === null) return false;
    const room = await this.#rooms.registry.byNid(roomNid);
    const current = room?.state.get(stateKeyOf(type, stateKey));
    if (current === undefined) return false;
    const setterNid = await this.#storage.strings.find(current.pdu.sender);
    if (setterNid === userNid) return false;
    return ((await this.#storage.log.positionOf(current.nid)) ?? 0) > askedAt;
  }

  async #send(event: DelayedEvent): Promise<string> {
    const { delayId, roomNid, userNid, type, stateKey, content, stickyMs } = event;
    const room = await this.#rooms.registry.byNid(roomNid);
    const sender = (await this.#storage.strings.valuesOf([userNid])).get(userNid);
    if (room === undefined || sender === undefined) throw notFound('The room is not here any more');
    const target = { roomId: room.roomId, sender, stickyMs: stickyMs ?? undefined };
    const body = JSON.parse(content) as JsonObject;
    if (stateKey !== null) return setState(this.#rooms, target, type, stateKey, body);
    // A transaction of no device: sent a second time, it is the same event.
    const transaction = { userNid, deviceId: '', scope: 'delayed', txnId: delayId };
    return sendEvent(this.#rooms, target, type, body, transaction);
  }

  async #existing(delayId: string): Promise<DelayedEvent> {
    const event = await this.#storage.delayedEvents.byId(delayId);
    if (event === undefined) throw notFound('There is no such delayed event');
    return event;
  }

  /** @throws MatrixError 409 unless a delayed event has come to what an action would have made of it. */
  async #requireSame(delayId: string, action: DelayedAction): Promise<void> {
    const { outcome } = await this.#existing(delayId);
    const isSent = outcome === 'send' || outcome === 'sending';
    if (action === 'send' ? isSent : action === 'cancel' && outcome === 'cancel') return;
    throw new MatrixError(409, 'M_UNKNOWN', `The event was ${isSent ? 'sent' : 'cancelled'} already`);
  }

  async #describe(event: DelayedEvent): Promise<JsonObject> {
    const room = await this.#rooms.registry.byNid(event.roomNid);
    return {
      delay_id: event.delayId,
      room_id: room?.roomId ?? '',
      type: event.type,
      ...(event.stateKey === null ? {} : { state_key: event.stateKey }),
      // The name of the proposal's text, and the one that it had before and clients still read.
      delay_ms: event.delayMs,
      delay: event.delayMs,
      running_since: event.runningSince,
      content: JSON.parse(event.content) as JsonObject,
    };
  }

  async #describeEnd(event: DelayedEvent): Promise<JsonObject> {
    return {
      delayed_event: await this.#describe(event),
      outcome: event.outcome === 'send' ? 'send' : 'cancel',
      reason: event.reason,
      ...(event.error === null ? {} : { error: JSON.parse(event.error) as JsonObject }),
      ...(event.eventId === null ? {} : { event_id: event.eventId }),
      origin_server_ts: event.finishedTs,
    };
  }
}

const OVERTAKEN = { errcode: 'M_UNKNOWN', error: 'Somebody else has set this state meanwhile' };

function requireDelay(delayMs: number): void {
  if (!Number.isSafeInteger(delayMs) || delayMs <= 0) {
    throw invalidParam('A delay is a positive number of milliseconds');
  }
  if (delayMs <= LONGEST_DELAY_MS) return;
  throw new MatrixError(400, 'M_UNKNOWN', 'The delay is too long', {
    'org.matrix.msc4140.errcode': 'M_MAX_DELAY_EXCEEDED',
    'org.matrix.msc4140.max_delay': LONGEST_DELAY_MS,
  });
}
