import type { Clock } from '../../base/clock.ts';
import { RecentMap } from '../../base/recent-map.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 600_000;
const REMEMBERED_RESTS = 1_000;

/** A lane in which something has to wait: until a time, or until something newer comes. */
interface Rest {
  readonly until: number;
  readonly pauseMs: number;
  /** The newest event that was there. */
  readonly newest: number;
}

/**
 * Which lanes rest. A pause is twice as long as the one before, ten minutes at most, unless something newer has broken it:
 * however much is said in a room, what waits there waits no longer, and is tried no less often.
 */
export class LaneRests {
  readonly #clock: Clock;
  readonly #rests = new RecentMap<string, Rest>(REMEMBERED_RESTS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a lane has to wait whose newest event has this number. */
  isResting(lane: string, newest: number): boolean {
    const rest = this.#rests.get(lane);
    return rest !== undefined && this.#clock.now() < rest.until && newest <= rest.newest;
  }

  /** Whether a run of a lane that begins now was woken from its rest by something newer. */
  isEarly(lane: string): boolean {
    const rest = this.#rests.get(lane);
    return rest !== undefined && this.#clock.now() < rest.until;
  }

  /** Lets a lane rest after a run; what was going on before an early one goes on. */
  begin(lane: string, newest: number, isEarly: boolean): void {
    const rest = this.#rests.get(lane);
    if (rest !== undefined && isEarly) {
      this.#rests.set(lane, { ...rest, newest });
      return;
    }
    const pauseMs = rest === undefined ? FIRST_PAUSE_MS : Math.min(rest.pauseMs * 2, LONGEST_PAUSE_MS);
    this.#rests.set(lane, { until: this.#clock.now() + pauseMs, pauseMs, newest });
  }

  /** Nothing waits in a lane any more. */
  end(lane: string): void {
    this.#rests.delete(lane);
  }
}
