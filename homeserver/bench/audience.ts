import { setTimeout as delay } from 'node:timers/promises';
import type { LoadClient, Session } from './load-client.ts';
import type { Deliveries } from './measure.ts';

/** What most clients ask for. */
const FILTER = JSON.stringify({ room: { timeline: { limit: 10 }, state: { lazy_load_members: true } } });
const WAIT_MS = 30_000;
const BEGIN_AT_ONCE = 20;
const BEGIN_EVERY_MS = 10;
/** For every server to have all of the clients waiting again. */
const SETTLE_MS = 500;

interface Listener {
  readonly session: Session;
  since: string;
}

/** What was heard, when, and the answer that it came with. */
interface Heard {
  readonly at: number;
  readonly listener: Listener;
  readonly answer: Buffer;
}

/** Clients that wait in `/sync` for what is said in a room, each over a connection of its own. */
export class Audience {
  readonly #client: LoadClient;
  readonly #listeners: Listener[] = [];

  constructor(client: LoadClient) {
    this.#client = client;
  }

  get size(): number {
    return this.#listeners.length;
  }

  /** Lets somebody listen from now on. */
  add(session: Session): void {
    this.#listeners.push({ session, since: '' });
  }

  /** Lets everybody hear what was before: the coming of the others is not what is measured. */
  async catchUp(): Promise<void> {
    for (const listener of this.#listeners) goOn(listener, await this.#sync(listener, 0));
  }

  /**
   * Says something while everybody waits.
   *
   * @param body what is said.
   * @param say says it.
   * @returns for each of them how long it took from the beginning of the request that says it until they had it.
   */
  async hear(body: string, say: (body: string) => Promise<unknown>): Promise<Deliveries> {
    const text = Buffer.from(`"${body}"`);
    const hearing: Promise<Heard>[] = [];
    for (const listener of this.#listeners) {
      hearing.push(this.#untilHeard(listener, text));
      // No server accepts a thousand connections at once.
      if (hearing.length % BEGIN_AT_ONCE === 0) await delay(BEGIN_EVERY_MS);
    }
    await delay(SETTLE_MS);
    const sent = performance.now();
    await say(body);
    const heard = await Promise.all(hearing);
    // Only now: the time that it takes to read the answers is time that the server lacks.
    for (const { listener, answer } of heard) goOn(listener, answer);
    return {
      latenciesMs: heard.map(({ at }) => at - sent),
      seconds: (Math.max(...heard.map(({ at }) => at)) - sent) / 1_000,
    };
  }

  async #untilHeard(listener: Listener, text: Buffer): Promise<Heard> {
    for (;;) {
      const answer = await this.#sync(listener, WAIT_MS);
      const at = performance.now();
      if (answer.includes(text)) return { at, listener, answer };
      goOn(listener, answer);
    }
  }

  #sync({ since, session }: Listener, timeoutMs: number): Promise<Buffer> {
    const query = new URLSearchParams({
      filter: FILTER,
      set_presence: 'offline',
      timeout: String(timeoutMs),
    });
    if (since !== '') query.set('since', since);
    return this.#client.ask('GET', `/_matrix/client/v3/sync?${query}`, { token: session.token });
  }
}

/** The next sync goes on where this answer ended. */
function goOn(listener: Listener, answer: Buffer): void {
  listener.since = String(JSON.parse(answer.toString()).next_batch);
}
