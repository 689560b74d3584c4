import { type EventType, type MatrixClient, Method } from 'matrix-js-sdk';
import type { JsonObject } from '../lib/parse.ts';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { FeedStore } from './feed-store.ts';
import { readNow } from './store.ts';

/** Something that we keep with our account, so that it is the same on all our devices. */
export class AccountDataStore<Value extends JsonObject> extends FeedStore<Value> {
  readonly #client: MatrixClient;
  readonly #type: string;
  readonly #parse: (content: unknown) => Value;
  /** What was asked for and did not come back with sync yet. */
  #wanted: Value | undefined;

  /** @param parse makes the best of whatever another client wrote there. */
  constructor(client: MatrixClient, feed: ChangeFeed, type: string, parse: (content: unknown) => Value) {
    super(feed);
    this.#client = client;
    this.#type = type;
    this.#parse = parse;
  }

  /** Shows the change at once and keeps it; takes it back and rejects when the server refuses. */
  async change(update: (value: Value) => Value): Promise<void> {
    const wanted = update(readNow(this));
    this.#wanted = wanted;
    this.refresh();
    try {
      const userId = encodeURIComponent(this.#client.getSafeUserId());
      const path = `/user/${userId}/account_data/${encodeURIComponent(this.#type)}`;
      await this.#client.http.authedRequest(Method.Put, path, undefined, wanted);
    } catch (error) {
      if (this.#wanted === wanted) this.#wanted = undefined;
      this.refresh();
      throw error;
    }
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    if (batch.account && this.#wanted !== undefined && this.#hasArrived(this.#wanted))
      this.#wanted = undefined;
    return batch.account;
  }

  protected override compute(): Value {
    return this.#wanted ?? this.#parse(this.#content());
  }

  #hasArrived(wanted: Value): boolean {
    return JSON.stringify(this.#parse(this.#content())) === JSON.stringify(this.#parse(wanted));
  }

  #content(): unknown {
    // Not one of the types that the SDK knows.
    return this.#client.getAccountData(this.#type as EventType.Direct)?.getContent();
  }
}
