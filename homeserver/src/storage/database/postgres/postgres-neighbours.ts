import pg from 'pg';
import type { Caches } from '../caches.ts';
import type { Neighbours, PrepareRows } from '../neighbours.ts';
import { Channel } from './channel.ts';
import { integersAsNumbers } from './integers-as-numbers.ts';
import type { LogFollower } from './log-follower.ts';
import { formatBroadcast, parseMessage } from './messages.ts';
import { RoomLocks } from './room-locks.ts';

export interface PostgresNeighboursOptions {
  readonly url: string;
  /** How the other processes call this one. */
  readonly processId: string;
  readonly caches: Caches;
  readonly follower: LogFollower;
  readonly newestPosition: () => Promise<number>;
  readonly onError: (error: Error) => void;
}

/** A room that others want is held for some ten milliseconds. */
const HELD_AT_ONCE = 8;
const LOCK_TIMEOUT_MS = 30_000;
/** What waits to be broadcast; more is dropped. */
const MOST_WAITING = 2_000;
const SENT_AT_ONCE = 200;

/** The other processes on a PostgreSQL database. They are told of commits with `NOTIFY`, in the commit itself. */
export class PostgresNeighbours implements Neighbours {
  readonly #options: PostgresNeighboursOptions;
  readonly #channel: Channel;
  readonly #locks: RoomLocks;
  readonly #preparations: PrepareRows[] = [];
  readonly #listeners = new Map<string, ((message: string) => void)[]>();
  #waiting: string[] = [];
  #isSending = false;

  constructor(options: PostgresNeighboursOptions) {
    this.#options = options;
    const { url, onError } = options;
    this.#channel = new Channel({
      url,
      onMessage: (payload) => {
        try {
          this.#hear(payload);
        } catch (error) {
          onError(new Error('a message of another process could not be read', { cause: error }));
        }
      },
      onListening: (isAgain) => void this.#catchUp(isAgain),
      onError,
    });
    const pool = new pg.Pool({
      connectionString: url,
      types: integersAsNumbers,
      max: HELD_AT_ONCE,
      lock_timeout: LOCK_TIMEOUT_MS,
    });
    pool.on('error', onError);
    this.#locks = new RoomLocks(pool);
  }

  /** Resolves when nothing that others commit from now on is missed. */
  open(): Promise<void> {
    return this.#channel.open();
  }

  async close(): Promise<void> {
    await this.#channel.close();
    await this.#options.follower.close();
    await this.#locks.close();
  }

  /** Brings memory up to rows of other processes. */
  async apply(rows: Parameters<PrepareRows>[0]): Promise<void> {
    const changes = await Promise.all(this.#preparations.map((prepare) => prepare(rows)));
    for (const change of changes) change();
  }

  /** Memory may be behind the database without anybody having said so: forgets what cannot be read from the log. */
  lostTouch(): void {
    void this.#catchUp(true);
  }

  onRows(prepare: PrepareRows): void {
    this.#preparations.push(prepare);
  }

  async caughtUp(): Promise<void> {
    const { follower, newestPosition } = this.#options;
    await follower.reach(await newestPosition());
  }

  inOrder<T>(task: () => Promise<T>): Promise<T> {
    return this.#options.follower.inOrder(task);
  }

  async holdRoom(roomNid: number): Promise<() => Promise<void>> {
    const { newest, release } = await this.#locks.take(roomNid);
    await this.#options.follower.reach(newest);
    return release;
  }

  broadcast(topic: string, message: string): void {
    const payload = formatBroadcast(this.#options.processId, topic, message);
    if (payload === undefined || this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(payload);
    if (!this.#isSending) void this.#send();
  }

  onBroadcast(topic: string, listener: (message: string) => void): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting.length > 0) {
      const payloads = this.#waiting.splice(0, SENT_AT_ONCE);
      await this.#channel.send(payloads).catch(this.#options.onError);
    }
    this.#isSending = false;
  }

  #hear(payload: string): void {
    const { processId, caches, follower } = this.#options;
    const message = parseMessage(payload);
    // Also after commits of our own: if the answer to one was lost, this is how it becomes known.
    if (message?.kind === 'commit') follower.heard(message.newest);
    if (message === undefined || message.from === processId) return;
    if (message.kind === 'commit') caches.invalidate(message.invalidations);
    else for (const listener of this.#listeners.get(message.topic) ?? []) listener(message.text);
  }

  async #catchUp(isAgain: boolean): Promise<void> {
    const { caches, follower, newestPosition, onError } = this.#options;
    if (isAgain) caches.invalidateAll();
    try {
      follower.heard(await newestPosition());
    } catch (error) {
      // The next message says it.
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
