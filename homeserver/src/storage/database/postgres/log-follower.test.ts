import { expect } from 'chai';
import type { LogRow } from '../group-committer.ts';
import { LogKind } from '../unit-of-work.ts';
import { LogFollower } from './log-follower.ts';

/** A follower of a log that is a list, and what reached memory in which order. */
class FollowedLog {
  readonly seen: string[] = [];
  readonly errors: Error[] = [];
  readonly follower: LogFollower;
  newest = 0;
  failures = 0;

  constructor() {
    this.follower = new LogFollower({
      start: 0,
      readRows: async (after, until, limit) => this.#read(after, until, limit),
      apply: async (rows) => {
        await Promise.resolve();
        this.seen.push(...rows.map((row) => `theirs ${row.position}`));
      },
      onError: (error) => this.errors.push(error),
    });
  }

  /** Another process commits. */
  theirs(count: number): number {
    this.newest += count;
    return this.newest;
  }

  /** A batch of this process, committed by the database; `end` is when we hear of it. */
  ours(count: number): { end: () => Promise<void> } {
    const first = this.newest + 1;
    this.newest += count;
    const range = { first, last: this.newest };
    return {
      end: () => this.follower.end(range, () => this.seen.push(`ours ${range.first} to ${range.last}`)),
    };
  }

  #read(after: number, until: number, limit: number): LogRow[] {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('the database is away');
    }
    const rows = Array.from({ length: this.newest }, (_, at) => ({ position: at + 1, kind: LogKind.Event }));
    return rows.filter(({ position }) => position > after && position <= until).slice(0, limit);
  }
}

describe('LogFollower', () => {
  let log: FollowedLog;
  beforeEach(() => {
    log = new FollowedLog();
  });

  it('brings what others committed before a batch of ours into memory before it', async () => {
    log.theirs(2);
    log.follower.begin();
    await log.ours(3).end();
    expect(log.seen).to.deep.equal(['theirs 1', 'theirs 2', 'ours 3 to 5']);
  });

  it('takes no row of a batch of ours that is on its way for one of theirs', async () => {
    log.follower.begin();
    const batch = log.ours(2);
    // Their commit comes after ours, and we hear of it first.
    log.follower.heard(log.theirs(1));
    expect(log.seen).to.deep.equal([]);
    await batch.end();
    await log.follower.reach(3);
    expect(log.seen).to.deep.equal(['ours 1 to 2', 'theirs 3']);
  });

  it('reads while nothing of ours is on its way, and keeps the order when a batch begins meanwhile', async () => {
    log.follower.heard(log.theirs(1));
    log.follower.begin();
    await log.ours(1).end();
    expect(log.seen).to.deep.equal(['theirs 1', 'ours 2 to 2']);
  });

  it('learns of a batch of ours whose outcome was lost as of one of theirs', async () => {
    log.follower.begin();
    log.ours(2);
    await log.follower.end(undefined, () => log.seen.push('failed'));
    log.follower.heard(log.newest);
    await log.follower.reach(2);
    expect(log.seen).to.deep.equal(['failed', 'theirs 1', 'theirs 2']);
  });

  it('goes on where it was when the log could not be read', async () => {
    log.failures = 2;
    await log.follower.reach(log.theirs(2500));
    expect(log.seen).to.deep.equal(Array.from({ length: 2500 }, (_, at) => `theirs ${at + 1}`));
    expect(log.errors).to.have.length(2);
  });
});
