import { Direction, type EventTimeline, type MatrixClient, type MatrixEvent, type Room } from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { listDirectRooms } from './directory.ts';
import { EntryCache } from './entry-cache.ts';
import { FeedStore } from './feed-store.ts';
import type { ReadReporter } from './read-reporter.ts';
import { readUnread } from './read-room.ts';
import { readThreadRoot } from './read-thread.ts';
import { firstOf, lastOf, listChainEvents } from './timeline-chain.ts';
import { buildTimelineItems } from './timeline-items.ts';
import { findLastRead, findMessageAt, readNews } from './timeline-news.ts';
import type { Message, Notice, TimelineItem, TimelineSnapshot } from './types.ts';

/** How many events one request for older or newer ones asks for. */
const pieceSize = 50;

/** How many of the events in memory are shown when a channel is opened; older ones come back as the reader scrolls. */
const firstLook = 150;

const dayFormat = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short' });

/**
 * What was said in one channel, as a window that begins at the newest message and grows into the past, or stands
 * around an older message after a jump.
 *
 * Every event is read once and kept until the feed says that it looks different now; laying the entries out is cheap.
 */
export class TimelineStore extends FeedStore<TimelineSnapshot> {
  readonly #client: MatrixClient;
  readonly #reads: ReadReporter;
  readonly #channelId: string;
  readonly #entries: EntryCache;
  readonly #items = new Map<string, TimelineItem>();
  readonly #pieceStarts = new Set<string>();
  readonly #fetchedQuotes = new Set<string>();
  /** What was seen to belong to a thread: a deleted reply no longer says so. */
  readonly #threaded = new Set<string>();
  /** A timeline of the window; undefined means the live one. */
  #anchor: EventTimeline | undefined;
  /** The first event of the live timeline that is shown; undefined shows all that is loaded. */
  #firstShown: string | undefined;
  #older: TimelineSnapshot['older'] = 'idle';
  #loadingNewer = false;
  #readUpTo: string | undefined;

  constructor(client: MatrixClient, feed: ChangeFeed, reads: ReadReporter, channelId: string) {
    super(feed);
    this.#client = client;
    this.#reads = reads;
    this.#channelId = channelId;
    this.#entries = new EntryCache(client);
  }

  /** Remembers what was read up to now: the line "new" stays there until the channel is opened again. */
  open(): void {
    const ownId = this.#client.getSafeUserId();
    const room = this.#room();
    // The first one says nothing of an event that is not loaded.
    this.#readUpTo = room?.getEventReadUpTo(ownId) ?? room?.getReadReceiptForUserId(ownId)?.eventId;
    this.refresh();
  }

  /** Loads a piece of older events; does nothing when there are none or a piece is on its way. */
  async loadOlder(): Promise<void> {
    const room = this.#room();
    if (!room || this.#older === 'loading' || !this.#hasOlder(room)) return;
    if (this.#firstShown !== undefined) {
      this.#showMore(room);
      return;
    }
    this.#older = 'loading';
    this.refresh();
    const first = this.#listEntries(room)[0];
    try {
      await this.#client.paginateEventTimeline(firstOf(this.#currentAnchor(room)), {
        backwards: true,
        limit: pieceSize,
      });
      if (first) this.#pieceStarts.add(first.key);
      this.#older = 'idle';
    } catch {
      this.#older = 'failed';
    }
    this.refresh();
  }

  /** Shows a piece more of what is in memory. */
  #showMore(room: Room): void {
    const first = this.#listEntries(room)[0];
    const events = listChainEvents(this.#currentAnchor(room));
    const index = findEvent(events, this.#firstShown) - pieceSize;
    this.#firstShown = index > 0 ? events[index]?.getId() : undefined;
    if (first) this.#pieceStarts.add(first.key);
    this.refresh();
  }

  /** Loads a piece of newer events after a jump into the past. */
  async loadNewer(): Promise<void> {
    const room = this.#room();
    if (!room || this.#loadingNewer || this.#isLive(room)) return;
    this.#loadingNewer = true;
    try {
      const last = lastOf(this.#currentAnchor(room));
      const more = await this.#client.paginateEventTimeline(last, { backwards: false, limit: pieceSize });
      // The window met the present when the server has nothing newer: from here on it is the live timeline.
      if (!more && !this.#isLive(room)) this.#anchor = undefined;
      this.refresh();
    } catch {
      // Nothing changed, so nobody is told: scrolling on tries again.
    } finally {
      this.#loadingNewer = false;
    }
  }

  /**
   * Moves the window so that it contains an event; of a reply in a thread, the message that began the thread.
   * Resolves to what is in the window now, or to undefined when the event cannot be shown.
   */
  async jumpTo(eventId: string): Promise<Arrival | undefined> {
    const room = this.#room();
    if (!room) return undefined;
    const isHere = this.#listEvents(room).some((event) => event.getId() === eventId);
    const found = isHere
      ? undefined
      : await this.#client.getEventTimeline(room.getUnfilteredTimelineSet(), eventId).catch(() => undefined);
    if (!isHere && !found) return undefined;
    const event = room.findEventById(eventId);
    const rootId = event && readThreadRoot(event);
    if (rootId !== undefined) {
      const arrival = await this.jumpTo(rootId);
      return arrival && { ...arrival, threadId: rootId };
    }
    if (found) {
      this.#anchor = found;
      this.#firstShown = undefined;
      this.#pieceStarts.clear();
      this.refresh();
    }
    // Reactions, edits and the like have no place of their own.
    const shownId = findMessageAt(this.#listEvents(room), this.#listEntries(room), eventId);
    return { eventId: shownId ?? eventId, threadId: undefined };
  }

  /** The first event since a moment, or the last one before it; rejects when the server knows none. */
  async findByTime(timestamp: number): Promise<string> {
    const ask = async (direction: Direction): Promise<string> =>
      (await this.#client.timestampToEvent(this.#channelId, timestamp, direction)).event_id;
    return ask(Direction.Forward).catch(() => ask(Direction.Backward));
  }

  /** Moves the window back to the newest message. */
  returnToLive(): void {
    this.#anchor = undefined;
    this.refresh();
  }

  /** Takes everything for read: the line "new" goes. */
  dismissNews(): void {
    this.markRead();
    this.#readUpTo = undefined;
    this.refresh();
  }

  /** Notes that everything was read, if that is news. */
  markRead(): void {
    const room = this.#room();
    if (!room || !this.#isLive(room)) return;
    const newest = room
      .getLiveTimeline()
      .getEvents()
      .findLast((event) => event.status === null);
    const eventId = newest?.getId();
    const ownId = this.#client.getSafeUserId();
    if (!newest || !eventId || room.getEventReadUpTo(ownId) === eventId) return;
    if (newest.getSender() === ownId && !readUnread(this.#client, room).unread) return;
    this.#reads.report(room, newest);
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    const change = batch.rooms.get(this.#channelId);
    // Whom we block is account data, and so is which rooms are conversations.
    if (!change) return batch.account;
    if (change.members || change.redaction) this.#entries.markAllStale();
    for (const eventId of change.events) this.#entries.markStale(eventId);
    return batch.account || change.timeline || change.members || change.redaction || change.state;
  }

  protected override attach(): void {
    // Nobody told us of changes while we were detached.
    this.#entries.markAllStale();
    this.#beginAtEnd();
    super.attach();
  }

  /** What somebody scrolled through is not laid out again each time that they come back. */
  #beginAtEnd(): void {
    const room = this.#room();
    if (!room || this.#anchor) return;
    const events = listChainEvents(room.getLiveTimeline());
    this.#firstShown = events.length > firstLook ? events.at(-firstLook)?.getId() : undefined;
    this.#pieceStarts.clear();
  }

  protected override compute(): TimelineSnapshot {
    const room = this.#room();
    if (!room)
      return { phase: 'loading', items: [], hasOlder: false, older: 'idle', isLive: true, news: undefined };
    const entries = this.#listEntries(room);
    const hasOlder = this.#hasOlder(room);
    const readUpTo = findLastRead(this.#listEvents(room), entries, this.#readUpTo);
    const items = buildTimelineItems(entries, {
      readUpTo,
      hasOlder,
      pieceStarts: this.#pieceStarts,
      dayOf: (timestamp) => dayFormat.format(timestamp),
    });
    this.#fetchMissingQuotes(room, entries);
    const isLive = this.#isLive(room);
    const news = isLive ? readNews(entries, readUpTo) : undefined;
    return { phase: 'ready', items: this.#shareItems(items), hasOlder, older: this.#older, isLive, news };
  }

  /** Items are shared by key here: comparing thousands of messages deeply at every change would cost a frame. */
  protected override share(
    _previous: TimelineSnapshot | undefined,
    next: TimelineSnapshot,
  ): TimelineSnapshot {
    return next;
  }

  #shareItems(items: readonly TimelineItem[]): readonly TimelineItem[] {
    const shared = items.map((item) => {
      const before = this.#items.get(item.key);
      return before && isSameItem(before, item) ? before : item;
    });
    this.#items.clear();
    for (const item of shared) this.#items.set(item.key, item);
    return shared;
  }

  #room(): Room | undefined {
    const room = this.#client.getRoom(this.#channelId);
    return room?.getMyMembership() === 'join' ? room : undefined;
  }

  #currentAnchor(room: Room): EventTimeline {
    return this.#anchor ?? room.getLiveTimeline();
  }

  #isLive(room: Room): boolean {
    return lastOf(this.#currentAnchor(room)) === room.getLiveTimeline();
  }

  #hasOlder(room: Room): boolean {
    if (this.#firstShown !== undefined) return true;
    return firstOf(this.#currentAnchor(room)).getPaginationToken(Direction.Backward) !== null;
  }

  #listEvents(room: Room): MatrixEvent[] {
    const loaded = listChainEvents(this.#currentAnchor(room));
    const events =
      this.#firstShown === undefined ? loaded : loaded.slice(findEvent(loaded, this.#firstShown));
    return this.#isLive(room) ? [...events, ...room.getPendingEvents()] : events;
  }

  #listEntries(room: Room): (Message | Notice)[] {
    const blocked = new Set(this.#client.getIgnoredUsers());
    const events = this.#listEvents(room).filter(
      (event) => !blocked.has(event.getSender() ?? '') && !this.#isInThread(event),
    );
    const entries = this.#entries.read(room, events);
    const isDirect = listDirectRooms(this.#client).has(room.roomId);
    return isDirect ? entries.filter((entry) => !isComingOrGoing(entry)) : entries;
  }

  #isInThread(event: MatrixEvent): boolean {
    const eventId = event.getId() ?? '';
    if (readThreadRoot(event) !== undefined) this.#threaded.add(eventId);
    return this.#threaded.has(eventId);
  }

  /** Replies may quote messages that are not loaded; each is fetched once. */
  #fetchMissingQuotes(room: Room, entries: readonly (Message | Notice)[]): void {
    for (const entry of entries) {
      const quotedId = entry.kind === 'message' && !entry.reply?.author ? entry.reply?.eventId : undefined;
      if (!quotedId || this.#fetchedQuotes.has(quotedId)) continue;
      this.#fetchedQuotes.add(quotedId);
      void this.#fetchQuote(room, quotedId, entry.eventId);
    }
  }

  async #fetchQuote(room: Room, quotedId: string, replyId: string): Promise<void> {
    const found = await this.#client
      .getEventTimeline(room.getUnfilteredTimelineSet(), quotedId)
      .catch(() => undefined);
    if (!found) return;
    this.#entries.markStale(replyId);
    this.refresh();
  }
}

/** Where a jump led. */
export interface Arrival {
  readonly eventId: string;
  /** The root of the thread in which the wanted event is. */
  readonly threadId: string | undefined;
}

/** Where an event stands; at the beginning for one that is gone. */
function findEvent(events: readonly MatrixEvent[], eventId: string | undefined): number {
  return Math.max(
    0,
    events.findIndex((event) => event.getId() === eventId),
  );
}

/** In a conversation between two it goes without saying that both came. */
function isComingOrGoing(entry: Message | Notice): boolean {
  return entry.kind === 'notice' && (entry.change.type === 'joined' || entry.change.type === 'invited');
}

function isSameItem(a: TimelineItem, b: TimelineItem): boolean {
  if (a.type === 'message')
    return b.type === 'message' && a.message === b.message && a.continued === b.continued;
  if (a.type === 'notices') return b.type === 'notices' && a.lines.join('\n') === b.lines.join('\n');
  return a.type === b.type;
}
