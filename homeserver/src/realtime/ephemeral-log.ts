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
/** The last digits of a position, to this base, tell which process gave it out. */
const STRIDE = 1024;
/** How long news from another process may take to arrive, and how far clocks may be apart: in microseconds. */
const SLACK = 2_000_000;

/**
 * The counter of what lives in memory only. Its positions are the last part of a sync token. They are times in
 * microseconds, so that it is ahead of every token that an earlier process gave out, and can make something of one that
 * another process gives out.
 */
export class EphemeralLog {
  readonly #clock: Clock;
  readonly #onChange: EphemeralLogOptions['onChange'];
  readonly #mark = Math.floor(Math.random() * STRIDE);
  readonly #first: number;
  #changes: { readonly position: number; readonly change: EphemeralChange }[] = [];
  /** Every change after this position is remembered. */
  #rememberedFrom: number;
  #position: number;

  constructor({ clock, onChange }: EphemeralLogOptions) {
    this.#clock = clock;
    this.#onChange = onChange;
    this.#first = this.#now();
    this.#rememberedFrom = this.#first;
    this.#position = this.#first;
  }

  /** The position of the newest change. */
  get position(): number {
    return this.#position;
  }

  /** Gives a change its position. Memory must show the change as soon as this returns. */
  append(change: EphemeralChange, show: (position: number) => void): void {
    this.#position = Math.max(this.#position + STRIDE, this.#now());
    this.#changes.push({ position: this.#position, change });
    if (this.#changes.length >= 2 * REMEMBERED) {
      this.#rememberedFrom = this.#changes[REMEMBERED - 1]?.position ?? this.#position;
      this.#changes = this.#changes.slice(REMEMBERED);
    }
    show(this.#position);
    this.#onChange(change, this.#position);
  }

  /**
   * A position that says here what one says that any process may have given out: the same if it was this one, else one
   * that is early enough to miss nothing.
   */
  localPosition(position: number): number {
    if (position % STRIDE === this.#mark) return position;
    return Math.min(Math.min(position, this.#now()) - SLACK, this.#position);
  }

  /**
   * The rooms and users that changed after `position`; undefined if that is not remembered, or the position comes
   * from another process: then ask about all of them.
   */
  changesSince(position: number): EphemeralChanges | undefined {
    if (position < this.#rememberedFrom || position > this.#position) return undefined;
    const rooms = new Set<RoomId>();
    const users = new Set<UserId>();
    // Mostly the last few are asked for.
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const entry = this.#changes[index];
      if (entry === undefined || entry.position <= position) break;
      if (entry.change.kind === 'typing') rooms.add(entry.change.roomId);
      else users.add(entry.change.userId);
    }
    return { rooms, users };
  }

  /** Whether `position` was given out by this process. */
  isCurrent(position: number): boolean {
    return position >= this.#first && position <= this.#position;
  }

  #now(): number {
    return Math.floor((this.#clock.now() * 1000) / STRIDE) * STRIDE + this.#mark;
  }
}
