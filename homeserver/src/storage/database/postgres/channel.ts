import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface ChannelOptions {
  readonly url: string;
  /** Told of every payload, in the order of the commits that sent them. */
  readonly onMessage: (payload: string) => void;
  /** Listens, for the first time or again after messages may have been missed. */
  readonly onListening: (isAgain: boolean) => void;
  readonly onError: (error: Error) => void;
}

/** The name that processes of one database listen on. */
export const CHANNEL = 'guildhall';

const PAUSE_MS = 250;
/** A connection that has died without a word is found out after this long. */
const CHECK_EVERY_MS = 10_000;
const ANSWER_WITHIN_MS = 10_000;

/** A connection that does nothing but listen, and listens again after it was lost. */
export class Channel {
  readonly #options: ChannelOptions;
  #client: pg.Client | undefined;
  #isClosed = false;
  #check: NodeJS.Timeout | undefined;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Resolves when it listens. */
  async open(): Promise<void> {
    await this.#listen(false);
    this.#check = setInterval(
      () => void this.#client?.query('SELECT 1').catch(() => this.#lose()),
      CHECK_EVERY_MS,
    );
    this.#check.unref();
  }

  /** Sends payloads. They arrive at every process, this one included, unless the connection is lost. */
  async send(payloads: readonly string[]): Promise<void> {
    await this.#client?.query({
      text: `SELECT pg_notify('${CHANNEL}', payload) FROM unnest($1::text[]) AS payload`,
      values: [payloads],
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#check);
    await this.#client?.end();
  }

  async #listen(isAgain: boolean): Promise<void> {
    const { url, onMessage, onListening, onError } = this.#options;
    const client = new pg.Client({ connectionString: url, keepAlive: true, query_timeout: ANSWER_WITHIN_MS });
    client.on('error', (error) => {
      if (!this.#isClosed) onError(error);
    });
    client.on('notification', ({ payload }) => onMessage(payload ?? ''));
    await client.connect();
    client.on('end', () => this.#lose(client));
    await client.query(`LISTEN ${CHANNEL}`);
    this.#client = client;
    onListening(isAgain);
  }

  #lose(client = this.#client): void {
    if (this.#isClosed || client === undefined || client !== this.#client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    void this.#listenAgain();
  }

  async #listenAgain(): Promise<void> {
    while (!this.#isClosed) {
      try {
        return await this.#listen(true);
      } catch {
        await delay(PAUSE_MS);
      }
    }
  }
}
