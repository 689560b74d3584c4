import { type MatrixClient, MatrixError, MatrixEvent, type Room } from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { EntryCache } from './entry-cache.ts';
import { FeedStore } from './feed-store.ts';
import { readPinnedIds } from './read-room.ts';
import type { PinsSnapshot } from './types.ts';

/** The messages that are pinned in a channel. What is not loaded is fetched when somebody looks. */
export class PinsStore extends FeedStore<PinsSnapshot> {
  readonly #client: MatrixClient;
  readonly #channelId: string;
  readonly #entries: EntryCache;
  readonly #fetched = new Map<string, MatrixEvent>();
  /** What the server does not give us: deleted for good, or never ours to see. */
  readonly #missing = new Set<string>();
  #hasFailed = false;
  #isLoading = false;

  constructor(client: MatrixClient, feed: ChangeFeed, channelId: string) {
    super(feed);
    this.#client = client;
    this.#channelId = channelId;
    this.#entries = new EntryCache(client);
  }

  /** Fetches what is not there yet; a failure can be tried again. */
  async load(): Promise<void> {
    const room = this.#client.getRoom(this.#channelId);
    const wanted = room ? readPinnedIds(room).filter((eventId) => !this.#find(room, eventId)) : [];
    const unknown = wanted.filter((eventId) => !this.#missing.has(eventId));
    if (this.#isLoading || unknown.length === 0) return;
    this.#isLoading = true;
    this.#hasFailed = false;
    this.refresh();
    await Promise.all(unknown.map((eventId) => this.#fetch(eventId)));
    this.#isLoading = false;
    this.refresh();
  }

  protected override attach(): void {
    this.#entries.markAllStale();
    super.attach();
    void this.load();
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    const change = batch.rooms.get(this.#channelId);
    if (!change) return false;
    if (change.members || change.redaction) this.#entries.markAllStale();
    for (const eventId of change.events) this.#entries.markStale(eventId);
    if (change.state) void this.load();
    return true;
  }

  protected override compute(): PinsSnapshot {
    const room = this.#client.getRoom(this.#channelId);
    if (!room) return { phase: 'loading', messages: [] };
    const events = readPinnedIds(room).flatMap((eventId) => this.#find(room, eventId) ?? []);
    const messages = this.#entries
      .read(room, events)
      .filter((entry) => entry.kind === 'message')
      .reverse();
    return { phase: this.#isLoading ? 'loading' : this.#hasFailed ? 'failed' : 'ready', messages };
  }

  #find(room: Room, eventId: string): MatrixEvent | undefined {
    return room.findEventById(eventId) ?? this.#fetched.get(eventId);
  }

  async #fetch(eventId: string): Promise<void> {
    try {
      this.#fetched.set(
        eventId,
        new MatrixEvent(await this.#client.fetchRoomEvent(this.#channelId, eventId)),
      );
    } catch (error) {
      if (isRefusal(error)) this.#missing.add(eventId);
      else this.#hasFailed = true;
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof MatrixError && (error.httpStatus === 404 || error.httpStatus === 403);
}
