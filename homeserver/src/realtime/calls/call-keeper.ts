import type { Clock } from '../../base/clock.ts';
import { MatrixError } from '../../protocol/errors.ts';
import type { Room, RoomsContext } from '../../rooms/index.ts';
import {
  JobKind,
  LogKind,
  type LogRow,
  type Storage,
  type StoredCallMember,
  UnitOfWork,
} from '../../storage/index.ts';
import type { DelayedEvents } from '../delayed-events.ts';
import { type LiveKit, TOKEN_LIFETIME_MS } from './livekit.ts';

export interface CallKeeperOptions {
  readonly storage: Storage;
  readonly rooms: RoomsContext;
  readonly clock: Clock;
  readonly delayedEvents: DelayedEvents;
  readonly liveKit: LiveKit | undefined;
}

/** Somebody who is about to enter a call, or to be watched over in one. */
interface ExpectedMember {
  readonly call: string;
  readonly identity: string;
  readonly userId: string;
  readonly room: Room;
  readonly delayId?: string | undefined;
}

/** LiveKit tells at once who comes and goes, but does not promise to; so it is asked as well. */
const ASKED_EVERY_MS = 15_000;

/**
 * Sees to it that what LiveKit and the room say of a call agrees: who is not in the room any more leaves the call, and who
 * has left the call is said to have left it, if they asked for that. Stored, and done by one process at a time, as a job.
 *
 * Source: MSC4195, "Delegation of delayed leave events"; removal from calls is ours.
 */
export class CallKeeper {
  readonly #options: CallKeeperOptions;

  constructor(options: CallKeeperOptions) {
    this.#options = options;
  }

  /**
   * Notes that somebody may come into a call, and is to be looked after there.
   * @throws MatrixError as `DelayedEvents.requireWatchable`, if there is an event to watch over.
   */
  async expect({ call, identity, userId, room, delayId }: ExpectedMember): Promise<void> {
    const { storage, clock, delayedEvents } = this.#options;
    const userNid = await storage.strings.intern(userId);
    if (delayId !== undefined) await delayedEvents.requireWatchable(delayId, userNid, room.nid);
    const unit = new UnitOfWork();
    const untilTs = clock.now() + TOKEN_LIFETIME_MS;
    storage.callMembers.put(unit, { call, identity, roomNid: room.nid, userNid, untilTs, isSeen: false });
    if (delayId !== undefined) storage.callMembers.setDelay(unit, call, identity, delayId);
    storage.jobs.enqueue(unit, { kind: JobKind.TendCall, key: call });
    await storage.database.commit(unit);
  }

  /** Has the calls looked after that people have lost their place in, by a change of membership. For a reader of the log. */
  async followMemberships(rows: readonly LogRow[], unit: UnitOfWork): Promise<void> {
    const { storage, liveKit } = this.#options;
    if (liveKit === undefined) return;
    const changed = new Map<number, Set<number>>();
    for (const { kind, room, user } of rows) {
      if (room === undefined || user === undefined) continue;
      if (kind !== LogKind.Event && kind !== LogKind.StateMove) continue;
      changed.set(room, (changed.get(room) ?? new Set()).add(user));
    }
    if (changed.size === 0) return;
    for (const { call, roomNid, userNid } of await storage.callMembers.inRooms([...changed.keys()])) {
      if (changed.get(roomNid)?.has(userNid))
        storage.jobs.enqueue(unit, { kind: JobKind.TendCall, key: call });
    }
  }

  /**
   * Takes what LiveKit tells of itself: has the call looked after in which somebody has come or gone.
   * @throws MatrixError 401 `M_UNAUTHORIZED`, 404 `M_NOT_FOUND` without LiveKit.
   */
  async hear(body: string, authorization: string | undefined): Promise<void> {
    const { storage, liveKit } = this.#options;
    if (liveKit === undefined) throw new MatrixError(404, 'M_NOT_FOUND', 'There are no calls on this server');
    const news = await liveKit.readNews(body, authorization);
    if (news === undefined) return;
    const { call, seen } = news;
    const unit = new UnitOfWork();
    // Somebody may have gone again before anybody looks.
    if (seen !== undefined) storage.callMembers.noteSeen(unit, call, seen);
    storage.jobs.enqueue(unit, { kind: JobKind.TendCall, key: call });
    await storage.database.commit(unit);
  }

  /** Looks after a call, and again for as long as somebody may be in it. Safe to repeat. @throws unless LiveKit answers. */
  async tend(call: string): Promise<void> {
    const { storage, clock, liveKit } = this.#options;
    const members = await storage.callMembers.ofCall(call);
    if (members.length === 0 || liveKit === undefined) return;
    // Before anything can fail; whoever wants it sooner meanwhile replaces it.
    const next = new UnitOfWork();
    storage.jobs.enqueue(next, { kind: JobKind.TendCall, key: call, runAt: clock.now() + ASKED_EVERY_MS });
    await storage.database.commit(next);
    const present = await liveKit.membersOf(call);
    for (const member of members) await this.#tendMember(liveKit, member, present.has(member.identity));
  }

  async #tendMember(liveKit: LiveKit, member: StoredCallMember, isPresent: boolean): Promise<void> {
    if (isPresent && (await this.#isInRoom(member))) await this.#keep(member);
    else if (isPresent) await this.#throwOut(liveKit, member);
    else await this.#noteAbsence(member);
  }

  async #isInRoom({ roomNid, userNid }: StoredCallMember): Promise<boolean> {
    const { storage, rooms } = this.#options;
    const room = await rooms.registry.byNid(roomNid);
    return room?.membershipOf(await storage.strings.valueOf(userNid)) === 'join';
  }

  async #keep(member: StoredCallMember): Promise<void> {
    const { delayedEvents, clock } = this.#options;
    const { delayId, isSeen, untilTs } = member;
    if (delayId !== null) await tolerating(delayedEvents.keepWaiting(delayId));
    // No write each time that LiveKit is asked.
    if (!isSeen || untilTs - clock.now() < TOKEN_LIFETIME_MS / 2) await this.#noteSeen(member);
  }

  /** They can come back for as long as their tokens last, and are thrown out again. */
  async #throwOut(liveKit: LiveKit, member: StoredCallMember): Promise<void> {
    await this.#noteSeen(member);
    await liveKit.remove(member.call, member.identity);
  }

  /** LiveKit renews the tokens of those who are there. */
  async #noteSeen(member: StoredCallMember): Promise<void> {
    const { storage, clock } = this.#options;
    const unit = new UnitOfWork();
    const untilTs = clock.now() + TOKEN_LIFETIME_MS;
    storage.callMembers.put(unit, { ...member, isSeen: true, untilTs });
    await storage.database.commit(unit);
  }

  /** Who has not come yet may still come, for as long as their token lasts. */
  async #noteAbsence(member: StoredCallMember): Promise<void> {
    const { storage, clock, delayedEvents } = this.#options;
    const { delayId, isSeen, untilTs } = member;
    const isOver = untilTs <= clock.now();
    const hasLeft = delayId !== null && (isSeen || isOver);
    if (hasLeft) await tolerating(delayedEvents.act(delayId, 'send'));
    const unit = new UnitOfWork();
    if (hasLeft) storage.callMembers.endDelay(unit, member);
    if (isOver) storage.callMembers.delete(unit, member);
    if (hasLeft || isOver) await storage.database.commit(unit);
  }
}

/** The sender may have cancelled or sent their event themselves. */
async function tolerating(action: Promise<void>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error;
  }
}
