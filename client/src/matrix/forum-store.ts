import {
  Direction,
  type EventTimelineSet,
  EventType,
  Filter,
  type MatrixClient,
  MatrixEvent,
  type Room,
  RoomEvent,
} from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { EntryCache } from './entry-cache.ts';
import { FeedStore } from './feed-store.ts';
import { isPost, readPost } from './forum.ts';
import type { ForumSnapshot } from './types.ts';

/** How many posts are asked for at a time, at least. */
const fewestPosts = 20;
const pieceSize = 100;
/** How many pieces are looked through for them: most messages of a forum are answers. */
const mostPieces = 5;

/**
 * The posts of a forum. Those that were answered lately come from the list of threads, the others from the history of
 * the channel, a piece at a time; sync brings the news.
 */
export class ForumStore extends FeedStore<ForumSnapshot> {
  readonly #client: MatrixClient;
  readonly #channelId: string;
  readonly #entries: EntryCache;
  readonly #fetched = new Map<string, MatrixEvent>();
  #phase: ForumSnapshot['phase'] = 'loading';
  #more: ForumSnapshot['more'] = 'idle';
  /** Where the history goes on: null for its end. */
  #from: string | null | undefined = null;

  constructor(client: MatrixClient, feed: ChangeFeed, channelId: string) {
    super(feed);
    this.#client = client;
    this.#channelId = channelId;
    this.#entries = new EntryCache(client);
  }

  /** Loads the posts of late; a failure can be tried again. */
  async load(): Promise<void> {
    if (this.#phase === 'failed') this.#show('loading');
    // What came while nobody looked, or in a gap of sync, is before everything that is known.
    this.#from = null;
    try {
      const threads = this.#client.createThreadListMessagesRequest(this.#channelId, null, pieceSize);
      const [page] = await Promise.all([threads, this.#fetchHistory()]);
      this.#keep(page.chunk.map((raw) => new MatrixEvent(raw)));
      this.#show('ready');
    } catch {
      this.#show(this.#fetched.size > 0 ? 'ready' : 'failed');
    }
  }

  /** Loads older posts. */
  async loadMore(): Promise<void> {
    if (this.#from === undefined || this.#more === 'loading') return;
    this.#more = 'loading';
    this.refresh();
    this.#more = await this.#fetchHistory().then(
      () => 'idle' as const,
      () => 'failed' as const,
    );
    this.refresh();
  }

  protected override attach(): void {
    this.#entries.markAllStale();
    super.attach();
    this.#client.on(RoomEvent.Timeline, this.#handleEvent);
    this.#client.on(RoomEvent.TimelineReset, this.#handleGap);
    void this.load();
  }

  protected override detach(): void {
    super.detach();
    this.#client.off(RoomEvent.Timeline, this.#handleEvent);
    this.#client.off(RoomEvent.TimelineReset, this.#handleGap);
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    const change = batch.rooms.get(this.#channelId);
    if (!change) return batch.account;
    // An answer changes the post that it answers, which sync does not name.
    this.#entries.markAllStale();
    return true;
  }

  protected override compute(): ForumSnapshot {
    const room = this.#client.getRoom(this.#channelId);
    const blocked = new Set(this.#client.getIgnoredUsers());
    const posts = (room ? this.#listEvents(room) : []).flatMap((event) => {
      if (!room || blocked.has(event.getSender() ?? '')) return [];
      const [entry] = this.#entries.read(room, [event]);
      const post = entry?.kind === 'message' ? readPost(event, entry) : undefined;
      return post ? [post] : [];
    });
    return { phase: this.#phase, posts, hasMore: this.#from !== undefined, more: this.#more };
  }

  /** The SDK takes away only what is in a timeline, where nothing is that was fetched here. */
  readonly #handleEvent = (event: MatrixEvent, room: Room | undefined): void => {
    if (room?.roomId !== this.#channelId || event.getType() !== EventType.RoomRedaction) return;
    for (const eventId of [event.event.redacts, event.getContent().redacts])
      if (typeof eventId === 'string') this.#fetched.delete(eventId);
    this.refresh();
  };

  readonly #handleGap = (room: Room | undefined, timelineSet: EventTimelineSet): void => {
    if (room?.roomId === this.#channelId && timelineSet === room.getUnfilteredTimelineSet()) void this.load();
  };

  #listEvents(room: Room): readonly MatrixEvent[] {
    const byId = new Map<string, MatrixEvent>();
    for (const [eventId, event] of this.#fetched) byId.set(eventId, room.findEventById(eventId) ?? event);
    for (const event of room.getLiveTimeline().getEvents()) byId.set(event.getId() ?? '', event);
    return [...byId.values()].filter(isPost);
  }

  async #fetchHistory(): Promise<void> {
    const filter = new Filter(undefined);
    filter.setDefinition({ room: { timeline: { types: ['m.room.message'] } } });
    const before = this.#fetched.size;
    for (let piece = 0; piece < mostPieces && this.#from !== undefined; piece += 1) {
      const page = await this.#client.createMessagesRequest(
        this.#channelId,
        this.#from,
        pieceSize,
        Direction.Backward,
        filter,
      );
      this.#keep(page.chunk.map((raw) => new MatrixEvent(raw)));
      this.#from = page.end;
      if (this.#fetched.size >= before + fewestPosts) break;
    }
  }

  #keep(events: readonly MatrixEvent[]): void {
    for (const event of events) {
      const eventId = event.getId();
      if (!eventId) continue;
      if (isPost(event)) this.#fetched.set(eventId, event);
      else this.#fetched.delete(eventId);
    }
  }

  #show(phase: ForumSnapshot['phase']): void {
    this.#phase = phase;
    this.refresh();
  }
}
