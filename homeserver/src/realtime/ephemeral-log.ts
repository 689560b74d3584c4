import type { Clock } from '../base/clock.ts';
import type { RoomId, UserId } from '../protocol/identifiers.ts';

/** Something that is worth knowing now and not kept: who types in a room, how a user is present. */
export type EphemeralChange =
  | { readonly kind: 'typing'; readonly roomId: RoomId }
  | { readonly kind: 'presence'; readonly userId: UserId };

/** What changed after some position. */
export interface EphemeralChanges {
  readonly rooms: ReadonlySet<RoomId>;
  readonly users: ReadonlySet<UserId>;
}

export interface EphemeralLogOptions {
  readonly clock: Clock;
  /** Told of each change, after memory was updated: wakes those who wait for it. */
  readonly onChange: (change: EphemeralChange, position: number) => void;
}

/** How many changes are remembered one by one; who is further behind looks at everything. */
const REMEMBERED = 10_000;

/**
 * The counter of what lives in memory only. Its positions are the last part of a sync token. It starts at the time
 * in microseconds, so that it is ahead of every token that an earlier process gave out.
 */
export class EphemeralLog {
  readonly #onChange: EphemeralLogOptions['onChange'];
  readonly #first: number;
  #changes: EphemeralChange[] = [];
  #position: number;

  constructor({ clock, onChange }: EphemeralLogOptions) {
    this.#onChange = onChange;
    this.#first = clock.now() * 1000;
    this.#position = this.#first;
  }

  /** The position of the newest change. */
  get position(): number {
    return this.#position;
  }

  /** Gives a change its position. Memory must show the change as soon as this returns. */
  append(change: EphemeralChange, show: (position: number) => void): void {
    this.#position += 1;
    this.#changes.push(change);
    if (this.#changes.length >= 2 * REMEMBERED) this.#changes = this.#changes.slice(REMEMBERED);
    show(this.#position);
    this.#onChange(change, this.#position);
  }

  /**
   * The rooms and users that changed after `position`; undefined if that is not remembered, or the position comes
   * from another process: then ask about all of them.
   */
  changesSince(position: number): EphemeralChanges | undefined {
    const count = this.#position - position;
    if (count < 0 || position < this.#first || count > this.#changes.length) return undefined;
    const rooms = new Set<RoomId>();
    const users = new Set<UserId>();
    for (let index = this.#changes.length - count; index < this.#changes.length; index += 1) {
      const change = this.#changes[index];
      if (change?.kind === 'typing') rooms.add(change.roomId);
      else if (change !== undefined) users.add(change.userId);
    }
    return { rooms, users };
  }

  /** Whether `position` was given out by this process. */
  isCurrent(position: number): boolean {
    return position >= this.#first && position <= this.#position;
  }
}
