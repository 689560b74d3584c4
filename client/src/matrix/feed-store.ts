import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { Store } from './store.ts';

/** A store that is computed again when a batch of changes concerns it. */
export abstract class FeedStore<Snapshot> extends Store<Snapshot> {
  protected readonly feed: ChangeFeed;
  #unsubscribe: (() => void) | undefined;

  constructor(feed: ChangeFeed) {
    super();
    this.feed = feed;
  }

  protected override attach(): void {
    this.#unsubscribe = this.feed.subscribe((batch) => {
      if (this.isConcerned(batch)) this.refresh();
    });
  }

  protected override detach(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Whether the batch may change the snapshot. */
  protected abstract isConcerned(batch: ChangeBatch): boolean;
}
