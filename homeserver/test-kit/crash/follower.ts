import { parseStreamToken } from '../../src/stream/index.ts';
import { roomPath, type TestResponse, type TestUser } from '../test-user.ts';
import { isRunning, type World } from './world.ts';

/** A client that syncs all the time and keeps its token, whatever becomes of the servers. */
export class Follower {
  readonly user: TestUser;
  readonly #roomId: string;
  #since: string;
  /** How often each event of the room was delivered. */
  readonly #deliveries = new Map<string, number>();

  private constructor(user: TestUser, roomId: string, since: string) {
    this.user = user;
    this.#roomId = roomId;
    this.#since = since;
  }

  /** Begins with the room as it is. */
  static async begin(user: TestUser, roomId: string): Promise<Follower> {
    return new Follower(user, roomId, (await user.sync({ set_presence: 'offline' })).next_batch);
  }

  /** The position in the log that it has everything up to. */
  get position(): number {
    return parseStreamToken(this.#since)?.position ?? 0;
  }

  /** How often each event came. */
  get deliveries(): ReadonlyMap<string, number> {
    return this.#deliveries;
  }

  /** Syncs until the servers are gone. */
  async follow(world: World): Promise<void> {
    while (isRunning(world)) await this.next('1000').catch(() => undefined);
  }

  /** One sync, with what it left out fetched from the history. */
  async next(timeout: string): Promise<void> {
    const query = { since: this.#since, timeout, set_presence: 'offline' };
    const body = await this.user.sync(query);
    const timeline = body.rooms?.join?.[this.#roomId]?.timeline;
    const missed = timeline?.limited === true ? await this.#history(timeline.prev_batch) : [];
    for (const { event_id: eventId } of [...missed, ...(timeline?.events ?? [])]) {
      this.#deliveries.set(eventId, (this.#deliveries.get(eventId) ?? 0) + 1);
    }
    this.#since = body.next_batch;
  }

  async #history(newest: string): Promise<TestResponse['body'][]> {
    const events: TestResponse['body'][] = [];
    for (let from: string | undefined = newest; from !== undefined; ) {
      const query = new URLSearchParams({ dir: 'b', limit: '500', from, to: this.#since });
      const page: TestResponse['body'] = await this.user.ok(
        'GET',
        `${roomPath(this.#roomId)}/messages?${query}`,
      );
      events.push(...page.chunk);
      from = page.end;
    }
    return events;
  }
}
