import { RecentMap } from '../../base/recent-map.ts';
import { MatrixError } from '../../protocol/errors.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { pduFromWire } from '../../protocol/wire.ts';
import { type CheckedEvent, isServerIn, type Room, receiveChecked } from '../../rooms/index.ts';
import { type StagedEvent, UnitOfWork } from '../../storage/index.ts';
import { withPolicySignature } from '../policy-signature.ts';
import { LaneRests } from './lane-rests.ts';
import { LanesOfServer } from './lanes-of-server.ts';
import { MissingEventsOfRoom } from './missing-events.ts';
import type { ReceiverContext } from './receiver-context.ts';

const EVENTS_AT_ONCE = 50;
/** So that an event which cannot be taken in does not hold up those behind it for ever. */
const MOST_ATTEMPTS = 3;
const REMEMBERED_FAILURES = 1000;
/**
 * How many pauses of its lane an event waits for servers that cannot be reached: half an hour at least, as the pauses
 * double. So many of a room wait at most.
 */
const MOST_DEFERRALS = 12;
const MOST_DEFERRED = 50;
/** What was staged here a moment ago need not be read again. Large events are, so that memory is bounded. */
const KEPT_EVENTS = 1_000;
const LARGEST_KEPT_CHARACTERS = 16_000;

/** A run of a lane. */
interface Run {
  /** Servers that have not answered in it. */
  readonly unreachable: Set<ServerName>;
  /** Whether something newer has brought it about: then what waits has not waited for another pause. */
  readonly isEarly: boolean;
}

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
  readonly #rests: LaneRests;
  /** Events as they were staged here, by the lane and the ID. */
  readonly #kept = new RecentMap<string, CheckedEvent>(KEPT_EVENTS);
  /** Of the servers whose events are being received here. */
  readonly #lanes = new Map<ServerName, LanesOfServer>();

  constructor(context: ReceiverContext) {
    this.#context = context;
    this.#rests = new LaneRests(context.clock);
  }

  /** Adds an event that has passed the checks which need nothing but itself to a unit, which has to enqueue the job. */
  stage(unit: UnitOfWork, origin: ServerName, roomId: string, event: CheckedEvent, json: string): void {
    this.#context.storage.received.stage(unit, { origin, roomId, eventId: event.eventId, json });
    unit.onCommit(() => {
      if (json.length <= LARGEST_KEPT_CHARACTERS) this.#kept.set(keyOf(origin, roomId, event.eventId), event);
      this.#lanes.get(origin)?.look();
    });
  }

  /**
   * Takes in what one server has sent, as a job: by one process at a time, again after a crash.
   *
   * @throws what went wrong, or the signal's reason: then there is more to do.
   */
  async receiveAll(origin: ServerName, signal: AbortSignal): Promise<void> {
    const { storage, clock } = this.#context;
    const lanes = new LanesOfServer({
      clock,
      read: async (after, limit) => {
        const events = await storage.received.staged(origin, after, limit);
        // What another process knew when it staged them may not be in memory here yet.
        if (events.length > 0) await storage.database.neighbours.caughtUp();
        return events;
      },
      isResting: (roomId, events) => this.#rests.isResting(keyOf(origin, roomId), newestOf(events)),
      receive: (roomId, events) => this.#receiveLane(origin, roomId, events, signal),
    });
    this.#lanes.set(origin, lanes);
    try {
      await lanes.run(signal);
    } finally {
      this.#lanes.delete(origin);
    }
  }

  async #receiveLane(
    origin: ServerName,
    roomId: string,
    events: readonly StagedEvent[],
    signal: AbortSignal,
  ): Promise<void> {
    const lane = keyOf(origin, roomId);
    const isEarly = this.#rests.isEarly(lane);
    try {
      await this.#receiveInOrder(origin, events, isEarly, signal);
      this.#rests.end(lane);
    } catch (error) {
      this.#rests.begin(lane, newestOf(events), isEarly);
      throw error;
    }
  }

  /** @throws Error when some events have to wait, after the others were received; what went wrong. */
  async #receiveInOrder(
    origin: ServerName,
    events: readonly StagedEvent[],
    isEarly: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { rooms, storage } = this.#context;
    const run = { unreachable: new Set<ServerName>(), isEarly };
    let deferred = 0;
    for (let first = 0; first < events.length; first += EVENTS_AT_ONCE) {
      const batch = events.slice(first, first + EVENTS_AT_ONCE);
      const loaded = await this.#load(origin, batch);
      const done: StagedEvent[] = [];
      try {
        for (const staged of batch) {
          signal.throwIfAborted();
          const room = await rooms.registry.byId(staged.roomId);
          const found = loaded.get(staged.stagedId);
          if (room !== undefined && isServerIn(room) && found !== undefined) {
            const event = typeof found === 'string' ? fromJson(found, staged.eventId, room) : found;
            const receiving = this.#receive(room, origin, event, run, deferred < MOST_DEFERRED);
            if (!(await untilAborted(signal, receiving))) {
              deferred += 1;
              continue;
            }
          }
          done.push(staged);
        }
      } finally {
        const unit = new UnitOfWork();
        storage.received.unstage(unit, done);
        if (!unit.isEmpty) await storage.database.commit(unit);
      }
    }
    if (deferred > 0) {
      const servers = [...run.unreachable].join(', ');
      throw new Error(`${deferred} events need others that cannot be had now from ${servers}`);
    }
  }

  /** Staged events by number, as they were kept here, or else their JSON. */
  async #load(
    origin: ServerName,
    batch: readonly StagedEvent[],
  ): Promise<Map<number, CheckedEvent | string>> {
    const found = new Map<number, CheckedEvent | string>();
    for (const { stagedId, roomId, eventId } of batch) {
      const key = keyOf(origin, roomId, eventId);
      const kept = this.#kept.get(key);
      if (kept !== undefined) found.set(stagedId, kept);
      this.#kept.delete(key);
    }
    const others = batch.map(({ stagedId }) => stagedId).filter((stagedId) => !found.has(stagedId));
    for (const [stagedId, json] of await this.#context.storage.received.jsonOf(others)) {
      found.set(stagedId, json);
    }
    return found;
  }

  /** @returns false for an event that is to be received again later, where that may be. */
  async #receive(
    room: Room,
    origin: ServerName,
    checked: CheckedEvent,
    { unreachable, isEarly }: Run,
    mayDefer: boolean,
  ): Promise<boolean> {
    const { rooms, keyring, count, logger } = this.#context;
    const { eventId } = checked;
    const event = { eventId, pdu: await withPolicySignature(this.#context, room, checked.pdu) };
    const about = { origin, roomId: room.roomId, eventId, sender: event.pdu.sender, type: event.pdu.type };
    const source = new MissingEventsOfRoom(this.#context, room, origin, event, unreachable);
    try {
      const intake = { ...rooms, signingKeys: keyring };
      const { outcome, reason } = await receiveChecked(intake, room, event, source);
      const isIncomplete = outcome === 'missing' || outcome === 'outlier';
      const mayWait = isIncomplete && source.isCutOff && mayDefer;
      if (mayWait && (isEarly || this.#defer(eventId))) return false;
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

function newestOf(events: readonly StagedEvent[]): number {
  return events.at(-1)?.stagedId ?? 0;
}

/** What stands for a lane, or an event of it. */
function keyOf(...names: readonly string[]): string {
  return JSON.stringify(names);
}

function fromJson(json: string, eventId: string, room: Room): CheckedEvent {
  return { eventId, pdu: pduFromWire(parseJson(json), room.rules) };
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
