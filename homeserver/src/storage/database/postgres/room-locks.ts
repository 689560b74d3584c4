import type pg from 'pg';
import { NEWEST } from '../read-log.ts';

/** The first of the two numbers of the advisory locks that stand for rooms: the letters `gild`. */
export const ROOM_LOCKS = 0x67696c64;
/** Rooms share this many locks, since there is room for a few thousand in a server. */
export const ROOM_STRIPES = 256;

/**
 * The rooms that this process holds. Each hold has a connection of its own, whose session owns an advisory lock; a
 * process that moves a room's head without it asks for a share of that lock, and is refused while somebody holds the
 * room or waits for it.
 */
export class RoomLocks {
  readonly #pool: pg.Pool;

  /** @param pool its connections are used for nothing else, and have a `lock_timeout`. */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Takes a room's lock; the others queue behind. @returns the newest position at that time, and what releases it. */
  async take(roomNid: number): Promise<{ newest: number; release: () => Promise<void> }> {
    const client = await this.#pool.connect();
    const values = [ROOM_LOCKS, roomNid % ROOM_STRIPES];
    try {
      await client.query({ name: 'hold', text: 'SELECT pg_advisory_lock($1, $2)', values });
      // A statement of its own: it sees what was committed while the first one waited.
      const { rows } = await client.query<{ position: number }>({ name: 'newest', text: NEWEST });
      return {
        newest: rows[0]?.position ?? 0,
        async release() {
          try {
            await client.query({ name: 'release', text: 'SELECT pg_advisory_unlock($1, $2)', values });
            client.release();
          } catch {
            // With its session goes the lock.
            client.release(true);
          }
        },
      };
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
