import { type IEvent, MemoryStore } from 'matrix-js-sdk';
import { asArray, asObject, asString } from '../lib/parse.ts';

/** As much of a browser's storage as is used here. */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem'>;

type Unsent = Partial<IEvent>;

/**
 * Keeps what is on its way, so that it is sent after a reload as well.
 * Only messages of this page are taken out again: another tab of the same account keeps its own here too. Sending one
 * twice does no harm, since it keeps its transaction ID.
 */
export class UnsentStore extends MemoryStore {
  readonly #storage: KeyValueStorage;
  readonly #key: string;
  readonly #ours = new Map<string, ReadonlySet<string>>();

  constructor(storage: KeyValueStorage, userId: string) {
    super();
    this.#storage = storage;
    this.#key = `guildhall.unsent.${userId}`;
  }

  override async getPendingEvents(roomId: string): Promise<Unsent[]> {
    const events = this.#read(roomId);
    this.#ours.set(roomId, new Set(events.flatMap(({ txn_id: id }) => id ?? [])));
    return events;
  }

  override async setPendingEvents(roomId: string, events: Unsent[]): Promise<void> {
    const ids = new Set(events.flatMap(({ txn_id: id }) => id ?? []));
    const known = this.#ours.get(roomId);
    const others = this.#read(roomId).filter(
      ({ txn_id: id = '' }) => !ids.has(id) && known?.has(id) !== true,
    );
    this.#ours.set(roomId, new Set([...(known ?? []), ...ids]));
    this.#write(roomId, [...others, ...events]);
  }

  #readAll(): Readonly<Record<string, unknown>> {
    try {
      return asObject(JSON.parse(this.#storage.getItem(this.#key) ?? '{}')) ?? {};
    } catch {
      return {};
    }
  }

  #read(roomId: string): Unsent[] {
    return asArray(this.#readAll()[roomId]).flatMap((value) => {
      const event = asObject(value);
      const isWhole = asString(event?.txn_id) !== undefined && asObject(event?.content) !== undefined;
      return event && isWhole ? [event as Unsent] : [];
    });
  }

  #write(roomId: string, events: readonly Unsent[]): void {
    const { [roomId]: _before, ...rest } = this.#readAll();
    const all = events.length === 0 ? rest : { ...rest, [roomId]: events };
    try {
      this.#storage.setItem(this.#key, JSON.stringify(all));
    } catch {
      // A full storage costs what is kept for a reload, not what is sent now.
    }
  }
}
