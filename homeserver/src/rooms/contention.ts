import type { Neighbours } from '../storage/index.ts';

/** Long enough to write what waits, short enough for those who want the room as well. */
const LONGEST_TURN_MS = 100;

/** What a turn needs to know of its room. */
interface ContendedRoom {
  readonly nid: number;
  readonly committed: { readonly version: number };
  readonly lastCommit: Promise<unknown>;
}

interface Turn {
  /** How many changes it is still good for: those that waited when it began. */
  left: number;
  readonly endsAt: number;
  readonly release: () => Promise<void>;
}

/**
 * How a process shares a room with others that change it at the same time. As a rule there is nothing to it: a change
 * says which version it builds on, and is refused when there is another. Once that has happened, processes take turns: a
 * turn writes what waited when it began, and ends then. When nobody else wrote between two turns, that was the last.
 */
export class Contention {
  readonly #room: ContendedRoom;
  #isLikely = false;
  /** Changes that run or wait. Other things in the room's queue end no turn. */
  #waiting = 0;
  #turn: Turn | undefined;
  /** The room's version at the end of the last turn. */
  #versionBefore: number | undefined;

  constructor(room: ContendedRoom) {
    this.#room = room;
  }

  /** Whether only this process may change the room now. */
  get isHeld(): boolean {
    return this.#turn !== undefined;
  }

  /** Another process was first. */
  note(): void {
    this.#isLikely = true;
    this.#versionBefore = undefined;
  }

  /** As soon as a change waits for the room. */
  expect(): void {
    this.#waiting += 1;
  }

  /** Before each change: begins a turn if others are likely to be in the way; then all that they did is in memory. */
  async begin(neighbours: Pick<Neighbours, 'holdRoom'>): Promise<void> {
    if (!this.#isLikely || this.#turn !== undefined) return;
    const release = await neighbours.holdRoom(this.#room.nid);
    this.#turn = { left: this.#waiting, endsAt: performance.now() + LONGEST_TURN_MS, release };
    this.#isLikely = this.#room.committed.version !== this.#versionBefore;
  }

  /**
   * After each change, also one that could not begin: ends the turn with the last that it is good for, when all of them
   * are written.
   */
  async end(): Promise<void> {
    this.#waiting -= 1;
    const turn = this.#turn;
    if (turn === undefined) return;
    turn.left -= 1;
    if (turn.left > 0 && performance.now() < turn.endsAt) return;
    await this.#room.lastCommit.catch(() => undefined);
    this.#turn = undefined;
    this.#versionBefore = this.#room.committed.version;
    await turn.release();
  }
}
