import type { Clock, Timer } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { type DeviceSighting, type Storage, UnitOfWork } from '../storage/index.ts';

/** Sightings are gathered for this long, then written together. */
const GATHER_MS = 10_000;

/** Notes when and from where devices were last heard of, many in one transaction. */
export class LastSeen {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #waiting = new Map<string, DeviceSighting>();
  #timer: Timer | undefined;
  #writing = Promise.resolve();

  constructor(storage: Storage, clock: Clock, logger: Logger) {
    this.#storage = storage;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Notes a sighting. It is written within seconds; what is lost in a crash does not matter. */
  note(sighting: DeviceSighting): void {
    this.#waiting.set(`${sighting.userNid} ${sighting.deviceId}`, sighting);
    this.#timer ??= this.#clock.setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Writes what waits, and waits for what is being written. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const sightings = this.#waiting;
    this.#waiting = new Map();
    if (sightings.size > 0) this.#writing = this.#writing.then(() => this.#write([...sightings.values()]));
    return this.#writing;
  }

  async #write(sightings: readonly DeviceSighting[]): Promise<void> {
    const unit = new UnitOfWork();
    for (const sighting of sightings) this.#storage.devices.setSeen(unit, sighting);
    try {
      await this.#storage.database.commit(unit);
    } catch (error) {
      this.#logger.warn('could not note when devices were last seen', { error });
    }
  }
}
