import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject, Session } from './load-client.ts';
import type { Deliveries } from './measure.ts';

/** What most clients ask for. */
const FILTER = JSON.stringify({ room: { timeline: { limit: 10 }, state: { lazy_load_members: true } } });
const WAIT_MS = 30_000;
const BEGIN_AT_ONCE = 20;
const BEGIN_EVERY_MS = 10;
/** For every server to have all of the clients waiting again. */
const SETTLE_MS = 500;

/** Sends a request as somebody. */
export type Send = (method: string, path: string, body?: object, session?: Session) => Promise<JsonObject>;

interface Listener {
  readonly session: Session;
  since: string;
}

/** Clients that wait in `/sync` for what is said in a room, each over a connection of its own. */
export class Audience {
  readonly #send: Send;
  readonly #listeners: Listener[] = [];

  constructor(send: Send) {
    this.#send = send;
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
    for (const listener of this.#listeners) await this.#sync(listener, 0);
  }

  /**
   * Says something while everybody waits.
   *
   * @returns for each of them how long it took from the beginning of the request that says it until they had it.
   */
  async hear(roomPath: string, number: number): Promise<Deliveries> {
    const text = `heard ${number}`;
    const hearing: Promise<number>[] = [];
    for (const listener of this.#listeners) {
      hearing.push(this.#untilHeard(listener, text));
      // No server accepts a thousand connections at once.
      if (hearing.length % BEGIN_AT_ONCE === 0) await delay(BEGIN_EVERY_MS);
    }
    await delay(SETTLE_MS);
    const sent = performance.now();
    await this.#send('PUT', `${roomPath}/send/m.room.message/${number}`, { msgtype: 'm.text', body: text });
    const heardAt = await Promise.all(hearing);
    return {
      latenciesMs: heardAt.map((at) => at - sent),
      seconds: (Math.max(...heardAt) - sent) / 1_000,
    };
  }

  async #untilHeard(listener: Listener, text: string): Promise<number> {
    for (;;) {
      const rooms = await this.#sync(listener, WAIT_MS);
      const at = performance.now();
      if (JSON.stringify(rooms).includes(`"${text}"`)) return at;
    }
  }

  async #sync(listener: Listener, timeoutMs: number): Promise<unknown> {
    const query = new URLSearchParams({
      filter: FILTER,
      set_presence: 'offline',
      timeout: String(timeoutMs),
    });
    if (listener.since !== '') query.set('since', listener.since);
    const path = `/_matrix/client/v3/sync?${query}`;
    const { next_batch, rooms } = await this.#send('GET', path, undefined, listener.session);
    listener.since = String(next_batch);
    return rooms ?? {};
  }
}
