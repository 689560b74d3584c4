import { RecentMap } from '../../base/recent-map.ts';
import { MatrixError } from '../../protocol/errors.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { pduFromWire } from '../../protocol/wire.ts';
import { isServerIn, type Room, receiveChecked } from '../../rooms/index.ts';
import { type StagedEvent, UnitOfWork } from '../../storage/index.ts';
import { withPolicySignature } from '../policy-signature.ts';
import { laneOf } from './lane.ts';
import { MissingEventsOfRoom } from './missing-events.ts';
import type { ReceiverContext } from './receiver-context.ts';

const EVENTS_AT_ONCE = 50;
/** So that an event which cannot be taken in does not hold up those behind it for ever. */
const MOST_ATTEMPTS = 3;
const REMEMBERED_FAILURES = 1000;
/**
 * How often an event waits for servers that cannot be reached, with pauses that double (see `JobRunner`): about an hour. So many
 * of a room wait at most.
 */
const MOST_DEFERRALS = 12;
const MOST_DEFERRED = 50;

/**
 * Takes staged events into their rooms. What one server has sent to a room goes one after the other, in the order in which
 * it came; what others have sent does not wait for it, as a server that answers slowly, or not at all, could hold them up.
 */
export class StagedEvents {
  readonly #context: ReceiverContext;
  /** How often taking in an event has failed, in a way that is no answer. */
  readonly #failures = new RecentMap<string, number>(REMEMBERED_FAILURES);
  /** How often an event was left for later. */
  readonly #deferrals = new RecentMap<string, number>(REMEMBERED_FAILURES);

  constructor(context: ReceiverContext) {
    this.#context = context;
  }

  /**
   * Takes in what is staged of a room and a server, as a job: by one process at a time, again after a crash.
   *
   * @param key of `laneKey`.
   * @throws what went wrong, or the signal's reason: then there is more to do.
   */
  async receiveAll(key: string, signal: AbortSignal): Promise<void> {
    const { rooms, storage } = this.#context;
    const { roomId, origin } = laneOf(key);
    const unreachable = new Set<ServerName>();
    const deferred = new Set<number>();
    for (;;) {
      const first = await storage.received.firstStaged(roomId, origin, EVENTS_AT_ONCE + deferred.size);
      const staged = first.filter(({ stagedId }) => !deferred.has(stagedId));
      if (staged.length === 0) break;
      const done: StagedEvent[] = [];
      try {
        for (const event of staged) {
          signal.throwIfAborted();
          const room = await rooms.registry.byId(roomId);
          if (room !== undefined && isServerIn(room)) {
            const receiving = this.#receive(room, event, unreachable, deferred.size < MOST_DEFERRED);
            if (!(await untilAborted(signal, receiving))) {
              deferred.add(event.stagedId);
              continue;
            }
          }
          done.push(event);
        }
      } finally {
        const unit = new UnitOfWork();
        storage.received.unstage(unit, done);
        if (!unit.isEmpty) await storage.database.commit(unit);
      }
    }
    if (deferred.size > 0) {
      const servers = [...unreachable].join(', ');
      throw new Error(`${deferred.size} events need others that cannot be had now from ${servers}`);
    }
  }

  /** @returns false for an event that is to be received again later, where that may be. */
  async #receive(
    room: Room,
    { eventId, origin, json }: StagedEvent,
    unreachable: Set<ServerName>,
    mayDefer: boolean,
  ): Promise<boolean> {
    const { rooms, keyring, count, logger } = this.#context;
    const pdu = await withPolicySignature(this.#context, room, pduFromWire(parseJson(json), room.rules));
    const event = { eventId, pdu };
    const about = { origin, roomId: room.roomId, eventId, sender: event.pdu.sender, type: event.pdu.type };
    const source = new MissingEventsOfRoom(this.#context, room, origin, event, unreachable);
    try {
      const intake = { ...rooms, signingKeys: keyring };
      const { outcome, reason } = await receiveChecked(intake, room, event, source);
      const isIncomplete = outcome === 'missing' || outcome === 'outlier';
      if (isIncomplete && source.isCutOff && mayDefer && this.#defer(eventId)) return false;
      count('pdu', outcome);
      if (reason !== undefined) logger.info('an event was not accepted', { ...about, outcome, reason });
    } catch (error) {
      if (!(error instanceof MatrixError)) this.#noteFailure(eventId, error);
      count('pdu', 'dropped');
      logger.warn('an event was dropped', { ...about, error });
    }
    return true;
  }

  /** @returns whether an event may wait for servers that do not answer now. */
  #defer(eventId: string): boolean {
    const deferrals = (this.#deferrals.get(eventId) ?? 0) + 1;
    this.#deferrals.set(eventId, deferrals);
    return deferrals <= MOST_DEFERRALS;
  }

  /** @throws the error, until it has happened too often. */
  #noteFailure(eventId: string, error: unknown): void {
    const failures = (this.#failures.get(eventId) ?? 0) + 1;
    this.#failures.set(eventId, failures);
    if (failures < MOST_ATTEMPTS) throw error;
    this.#failures.delete(eventId);
  }
}

/** Waits no longer for work that asks other servers once the server stops: the work is done again after the next start. */
async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
