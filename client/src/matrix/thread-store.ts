import { Direction, type MatrixClient, MatrixEvent, type Room } from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { EntryCache } from './entry-cache.ts';
import { FeedStore } from './feed-store.ts';
import { listSyncedReplies, readThreadRoot } from './read-thread.ts';
import { buildTimelineItems } from './timeline-items.ts';
import type { ThreadSnapshot } from './types.ts';

/** How many events one request asks for. */
const pieceSize = 100;

/** A thread: the message that began it and what was said below it, the newest part first from the server. */
export class ThreadStore extends FeedStore<ThreadSnapshot> {
  readonly #client: MatrixClient;
  readonly #channelId: string;
  readonly #rootId: string;
  readonly #entries: EntryCache;
  /** What the server told when it was asked, by event ID: sync brings only the newest of a channel. */
  readonly #fetched = new Map<string, MatrixEvent>();
  #phase: ThreadSnapshot['phase'] = 'loading';
  #older: string | undefined;

  constructor(client: MatrixClient, feed: ChangeFeed, channelId: string, rootId: string) {
    super(feed);
    this.#client = client;
    this.#channelId = channelId;
    this.#rootId = rootId;
    this.#entries = new EntryCache(client);
  }

  /** Loads the root and the newest replies; a failure can be tried again. */
  async load(): Promise<void> {
    if (this.#phase === 'failed') this.#show('loading');
    try {
      const [root] = await Promise.all([
        this.#client.fetchRoomEvent(this.#channelId, this.#rootId),
        this.#fetchReplies(undefined),
      ]);
      this.#keep(new MatrixEvent(root));
      this.#show('ready');
    } catch {
      this.#show(this.#fetched.size > 0 ? 'ready' : 'failed');
    }
  }

  /** Loads a piece of older replies; rejects when the server does not answer. */
  async loadOlder(): Promise<void> {
    if (this.#older === undefined) return;
    await this.#fetchReplies(this.#older);
    this.refresh();
  }

  protected override attach(): void {
    this.#entries.markAllStale();
    super.attach();
    void this.load();
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    const change = batch.rooms.get(this.#channelId);
    if (!change) return batch.account;
    if (change.members || change.redaction) this.#entries.markAllStale();
    for (const eventId of change.events) this.#entries.markStale(eventId);
    // Sync says nothing of what becomes of events that it has not brought.
    const room = this.#client.getRoom(this.#channelId);
    if ([...change.events].some((id) => this.#fetched.has(id) && !room?.findEventById(id))) void this.load();
    return true;
  }

  protected override compute(): ThreadSnapshot {
    const room = this.#client.getRoom(this.#channelId);
    if (!room)
      return { phase: 'loading', root: undefined, items: [], hasOlder: false, latestId: this.#rootId };
    const blocked = new Set(this.#client.getIgnoredUsers());
    const events = this.#listReplies(room).filter((event) => !blocked.has(event.getSender() ?? ''));
    const rootEvent = room.findEventById(this.#rootId) ?? this.#fetched.get(this.#rootId);
    const [root] = rootEvent ? this.#entries.read(room, [rootEvent]) : [];
    return {
      phase: this.#phase,
      root: root?.kind === 'message' ? root : undefined,
      items: buildTimelineItems(this.#entries.read(room, events), {
        readUpTo: undefined,
        hasOlder: true,
        pieceStarts: new Set(),
        dayOf: (timestamp) => new Date(timestamp).toDateString(),
      }),
      hasOlder: this.#older !== undefined,
      latestId: events.findLast(({ status }) => status === null)?.getId() ?? this.#rootId,
    };
  }

  /** What is known of the replies, oldest first; what is on its way stands at the end. */
  #listReplies(room: Room): readonly MatrixEvent[] {
    const byId = new Map<string, MatrixEvent>();
    for (const [eventId, event] of this.#fetched) {
      if (eventId !== this.#rootId) byId.set(eventId, room.findEventById(eventId) ?? event);
    }
    for (const event of listSyncedReplies(room, this.#rootId)) {
      if (event.status === null) byId.set(event.getId() ?? '', event);
    }
    const arrived = [...byId.values()].sort((a, b) => a.getTs() - b.getTs());
    const onTheWay = room
      .getPendingEvents()
      .filter((event) => readThreadRoot(event) === this.#rootId && !byId.has(event.getId() ?? ''));
    return [...arrived, ...onTheWay];
  }

  async #fetchReplies(from: string | undefined): Promise<void> {
    const page = await this.#client.fetchRelations(this.#channelId, this.#rootId, 'm.thread', null, {
      dir: Direction.Backward,
      limit: pieceSize,
      recurse: true,
      ...(from !== undefined && { from }),
    });
    const room = this.#client.getRoom(this.#channelId);
    if (from === undefined) this.#fetched.clear();
    for (const raw of page.chunk) {
      const event = new MatrixEvent(raw);
      if (readThreadRoot(event) === this.#rootId) this.#keep(event);
      else if (!room?.findEventById(event.getId() ?? '')) room?.relations.aggregateChildEvent(event);
    }
    this.#older = page.next_batch;
  }

  #keep(event: MatrixEvent): void {
    const eventId = event.getId() ?? '';
    this.#fetched.set(eventId, event);
    this.#entries.markStale(eventId);
  }

  #show(phase: ThreadSnapshot['phase']): void {
    this.#phase = phase;
    this.refresh();
  }
}
