import { EventStatus } from '../stores/event-store.ts';
import type { NamedEvent } from './event-pages.ts';

/**
 * The accepted events that no accepted event follows, found in one walk in the order of numbers. What follows an event
 * through others that can be no extremities (rejected, soft-failed) follows it as well.
 */
export class NewestEvents {
  readonly #newest = new Map<number, Set<number>>();
  /** What is before the events that can be no extremities, as far as they were walked. */
  readonly #behindHidden = new Map<number, readonly NamedEvent[]>();
  /** Events that the walk has not come to, and that an accepted one follows. */
  readonly #followedEarly = new Set<number>();

  /** Takes in the next event, with those that it follows. */
  add({ nid, roomNid, status }: NamedEvent, prev: readonly NamedEvent[]): void {
    if (status === EventStatus.Outlier) return;
    const isFollowed = this.#followedEarly.delete(nid);
    if (status === EventStatus.Accepted) {
      if (!isFollowed) this.#ofRoom(roomNid).add(nid);
      this.#follow(prev, nid);
    } else if (isFollowed) this.#follow(prev, nid);
    else this.#behindHidden.set(nid, prev);
  }

  /** The numbers of a room's newest events, in order. */
  of(roomNid: number): number[] {
    return [...this.#ofRoom(roomNid)].sort((one, other) => one - other);
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

  #ofRoom(roomNid: number): Set<number> {
    const known = this.#newest.get(roomNid);
    if (known !== undefined) return known;
    const newest = new Set<number>();
    this.#newest.set(roomNid, newest);
    return newest;
  }
}
