import { shareStructure } from '../lib/share-structure.ts';

/** Something that has a current value and says when it changes: the shape of `useSyncExternalStore`. */
export interface Readable<Snapshot> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly getSnapshot: () => Snapshot;
}

/**
 * Holds one immutable snapshot.
 * The first subscriber starts whatever keeps it current (`attach`), the last one to leave ends it (`detach`): a store
 * that nobody looks at costs nothing.
 */
export abstract class Store<Snapshot> implements Readable<Snapshot> {
  #snapshot: Snapshot | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) {
      this.attach();
      this.refresh();
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.detach();
    };
  };

  readonly getSnapshot = (): Snapshot => {
    this.#snapshot ??= this.compute();
    return this.#snapshot;
  };

  /** Computes the snapshot anew and tells the subscribers if any part of it changed. */
  protected refresh(): void {
    const previous = this.#snapshot;
    const next = this.share(previous, this.compute());
    if (Object.is(previous, next)) return;
    this.#snapshot = next;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Reuses what did not change; a store whose parts are already shared may return `next`. */
  protected share(previous: Snapshot | undefined, next: Snapshot): Snapshot {
    return shareStructure(previous, next);
  }

  protected abstract compute(): Snapshot;
  protected abstract attach(): void;
  protected abstract detach(): void;
}

/** What a store says now, whether or not somebody else looks at it. */
export function readNow<Snapshot>(store: Readable<Snapshot>): Snapshot {
  const leave = store.subscribe(() => undefined);
  const snapshot = store.getSnapshot();
  leave();
  return snapshot;
}

/** A store whose value is given to it. */
export class Cell<Snapshot> extends Store<Snapshot> {
  #value: Snapshot;

  constructor(value: Snapshot) {
    super();
    this.#value = value;
  }

  set(value: Snapshot): void {
    this.#value = value;
    this.refresh();
  }

  protected override compute(): Snapshot {
    return this.#value;
  }

  protected override attach(): void {}

  protected override detach(): void {}
}
