import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { RecentMap } from '../../base/recent-map.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import type {
  DestinationPage,
  DestinationRoom,
  FailingDestination,
  Storage,
  StoredDestination,
} from '../../storage/index.ts';
import type { Destinations } from '../context.ts';

export interface DestinationRecordsParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A request that a server did not answer. */
export interface FailedRequest {
  /** When it began, by the clock of the records. */
  readonly startedTs: number;
  /** For the admin. */
  readonly reason: string;
  /** How long the server wants to be left alone, if it says so. */
  readonly retryAfterMs?: number;
}

interface Known {
  readonly failing: FailingDestination | undefined;
  /** Whether it is in the database. */
  readonly isStored: boolean;
}

const MAX_CACHED = 20_000;
const FIRST_REST_MS = 2_000;
const LONGEST_REST_MS = 24 * 3_600_000;
/** A server that cannot be reached but talks to us all the time is not asked all the time. */
const BETWEEN_PARDONS_MS = 60_000;
const MAX_REASON_LENGTH = 500;

/**
 * How each server can be reached, for every process: one record in the database, and those that were used lately in
 * memory. After a failure a server is given time, twice as long after each further one, to a day at most. Requests that
 * were on their way together fail as one.
 */
export class DestinationRecords implements Destinations {
  readonly #parts: DestinationRecordsParts;
  readonly #known = new RecentMap<ServerName, Known>(MAX_CACHED);
  readonly #pardonedTs = new RecentMap<ServerName, number>(MAX_CACHED);
  readonly #listeners: ((server: ServerName) => void)[] = [];
  /** Goes up when records change: what was read before must not enter the cache after. */
  #changes = 0;

  constructor(parts: DestinationRecordsParts) {
    this.#parts = parts;
    parts.storage.database.onInvalidated('destinations', (server) => {
      this.#changes += 1;
      if (server === undefined) this.#known.clear();
      else this.#hasChanged(server);
    });
  }

  /** The time that the records go by. */
  now(): number {
    return this.#parts.clock.now();
  }

  async isReachable(server: ServerName): Promise<boolean> {
    return (await this.restsUntil(server)) <= this.now();
  }

  async restsUntil(server: ServerName): Promise<number> {
    return (await this.#look(server)).failing?.retryTs ?? 0;
  }

  onReachable(listener: (server: ServerName) => void): void {
    this.#listeners.push(listener);
  }

  heardFrom(server: ServerName): void {
    const known = this.#known.get(server);
    if (known !== undefined && known.failing === undefined) return;
    this.#inBackground(server, async () => {
      const { failing } = await this.#look(server);
      const isPardoned = this.now() - (this.#pardonedTs.get(server) ?? 0) < BETWEEN_PARDONS_MS;
      if (failing === undefined || isPardoned) return;
      this.#pardonedTs.set(server, this.now());
      await this.pardon(server);
    });
  }

  /** Forgets that a server did not answer. */
  async pardon(server: ServerName): Promise<void> {
    await this.#put(server, undefined);
  }

  /** A server answered. */
  reached(server: ServerName): void {
    const known = this.#known.get(server);
    if (known?.isStored && known.failing === undefined) return;
    this.#inBackground(server, async () => {
      const { failing, isStored } = await this.#look(server);
      if (failing !== undefined) await this.pardon(server);
      if (isStored || this.#known.get(server)?.isStored) return;
      this.#known.set(server, { failing: undefined, isStored: true });
      await this.#parts.storage.destinations.add(server);
    });
  }

  /** A server did not answer. */
  async failed(server: ServerName, { startedTs, reason, retryAfterMs = 0 }: FailedRequest): Promise<void> {
    const looked = await this.#look(server);
    const before = (this.#known.get(server) ?? looked).failing;
    if (before !== undefined && before.failedTs >= startedTs) return;
    const failedTs = this.now();
    const rest = Math.max(restAfter(before), retryAfterMs);
    await this.#put(server, {
      failingSinceTs: before?.failingSinceTs ?? failedTs,
      failedTs,
      retryTs: failedTs + Math.min(rest, LONGEST_REST_MS),
      reason: reason.slice(0, MAX_REASON_LENGTH),
    });
  }

  /** A page of the servers that were asked for something, and how many there are in all. */
  async list(page: DestinationPage): Promise<{ servers: StoredDestination[]; total: number }> {
    const { destinations } = this.#parts.storage;
    return { servers: await destinations.list(page), total: await destinations.count(page.containing) };
  }

  /** What is known of a server; undefined if it was never asked for anything. */
  get(server: ServerName): Promise<StoredDestination | undefined> {
    return this.#parts.storage.destinations.get(server);
  }

  /** A page of the rooms of which a server gets events, and how many there are in all. */
  async roomsOf(
    server: ServerName,
    page: Pick<DestinationPage, 'descending' | 'offset' | 'limit'>,
  ): Promise<{ rooms: DestinationRoom[]; total: number }> {
    const { destinations } = this.#parts.storage;
    return {
      rooms: await destinations.rooms(server, page),
      total: await destinations.countRooms(server),
    };
  }

  async #look(server: ServerName): Promise<Known> {
    const known = this.#known.get(server);
    if (known !== undefined) return known;
    const changes = this.#changes;
    const stored = await this.#parts.storage.destinations.get(server);
    const meanwhile = this.#known.get(server);
    if (meanwhile !== undefined) return meanwhile;
    const read = { failing: stored?.failing, isStored: stored !== undefined };
    if (changes === this.#changes) this.#known.set(server, read);
    return read;
  }

  async #put(serverName: ServerName, failing: FailingDestination | undefined): Promise<void> {
    // At once, so that what fails together counts as one.
    this.#known.set(serverName, { failing, isStored: true });
    await this.#parts.storage.destinations.put(serverName, failing);
  }

  #hasChanged(server: ServerName): void {
    this.#known.delete(server);
    this.#inBackground(server, async () => {
      if (!(await this.isReachable(server))) return;
      for (const listener of this.#listeners) listener(server);
    });
  }

  #inBackground(server: ServerName, task: () => Promise<void>): void {
    task().catch((error: unknown) =>
      this.#parts.logger.warn('the record of a server could not be used', { server, error }),
    );
  }
}

function restAfter(before: FailingDestination | undefined): number {
  return before === undefined ? FIRST_REST_MS : (before.retryTs - before.failedTs) * 2;
}
