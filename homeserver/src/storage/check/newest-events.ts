import { EventStatus } from '../stores/event-store.ts';
import type { NamedEvent } from './event-pages.ts';

/** An event on the walk. */
interface WalkedEvent {
  readonly self: NamedEvent;
  /** What it follows, as far as that is here. */
  readonly prev: readonly NamedEvent[];
  /** Whether some of that is not. */
  readonly lacksPrevious: boolean;
  /** Whether this server entered the room with it after everybody had left: then what was there before leads nowhere. */
  readonly beginsAnew: boolean;
}

/**
 * The accepted events that no accepted event follows, found in one walk in the order of numbers. What follows an event
 * through others that can be no extremities (rejected, soft-failed) follows it as well.
 */
export class NewestEvents {
  /** By room and number: their places in the log. */
  readonly #newest = new Map<number, Map<number, number>>();
  /** The places in the log where rooms began anew. */
  readonly #beginnings = new Map<number, number>();
  /** Rooms in which an event that can be no extremity was deleted that others of the kind follow. */
  readonly #withGaps = new Set<number>();
  /** What is before the events that can be no extremities, as far as they were walked. */
  readonly #behindHidden = new Map<number, readonly NamedEvent[]>();
  /** Events that the walk has not come to, and that an accepted one follows. */
  readonly #followedEarly = new Set<number>();

  /** Takes in the next event, with those that it follows. */
  add({ self, prev, beginsAnew, lacksPrevious }: WalkedEvent): void {
    const { nid, roomNid, status, position } = self;
    const place = position ?? 0;
    if (beginsAnew) this.#beginnings.set(roomNid, Math.max(this.#beginnings.get(roomNid) ?? 0, place));
    if (status === EventStatus.Outlier) return;
    const isFollowed = this.#followedEarly.delete(nid);
    if (status === EventStatus.Accepted) {
      if (!isFollowed) this.#ofRoom(roomNid).set(nid, place);
      // What filled a gap moved no head: what it follows stays at the head until something else follows that.
      this.#follow(self.isMissed ? prev.filter(({ isMissed }) => isMissed) : prev, nid);
      return;
    }
    if (lacksPrevious) this.#withGaps.add(roomNid);
    if (isFollowed) this.#follow(prev, nid);
    else this.#behindHidden.set(nid, prev);
  }

  /** Whether events can be all that a room's head is at. Where there are gaps, some that are left may be followed. */
  canBeExtremities(roomNid: number, nids: readonly number[]): boolean {
    const newest = this.of(roomNid);
    if (this.#withGaps.has(roomNid)) return nids.every((nid) => newest.includes(nid));
    return newest.join() === nids.toSorted((one, other) => one - other).join();
  }

  /** The numbers of a room's newest events, in order. */
  of(roomNid: number): number[] {
    const beginning = this.#beginnings.get(roomNid) ?? 0;
    const newest = [...this.#ofRoom(roomNid)].filter(([, place]) => place >= beginning);
    return newest.map(([nid]) => nid).sort((one, other) => one - other);
  }

  /** @param walked the number up to which events were walked. */
  #follow(prev: readonly NamedEvent[], walked: number): void {
    const stack = [...prev];
    for (let event = stack.pop(); event !== undefined; event = stack.pop()) {
      const { nid, roomNid } = event;
      if (nid > walked) this.#followedEarly.add(nid);
      this.#ofRoom(roomNid).delete(nid);
      stack.push(...(this.#behindHidden.get(nid) ?? []));
      this.#behindHidden.delete(nid);
    }
  }

  #ofRoom(roomNid: number): Map<number, number> {
    const known = this.#newest.get(roomNid);
    if (known !== undefined) return known;
    const newest = new Map<number, number>();
    this.#newest.set(roomNid, newest);
    return newest;
  }
}
