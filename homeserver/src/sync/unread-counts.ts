import { setImmediate } from 'node:timers/promises';
import { RecentMap } from '../base/recent-map.ts';
import { relationOf } from '../protocol/relations.ts';
import type { ReadPositions, Realtime } from '../realtime/index.ts';
import {
  type Onlooker,
  PushEvaluator,
  type Room,
  type RoomsContext,
  type UserSettings,
  type UserSettingsCache,
} from '../rooms/index.ts';
import { LogKind, type LogRow, type Placed, type StoredEvent } from '../storage/index.ts';

/** How many events of a room notify a user, and how many of them loudly. */
export interface Tally {
  notifications: number;
  highlights: number;
}

/** What a user has not read in a room. */
export interface UnreadTallies {
  /** In no thread. */
  readonly main: Readonly<Tally>;
  /** By thread root; threads without anything are left out. */
  readonly threads: ReadonlyMap<string, Readonly<Tally>>;
}

/** The thread of receipts for what is in no thread. */
const MAIN = 'main';

/**
 * How far back from now unread events are looked at when a count is made anew. Whoever has more unread than that gets
 * the counts of these; a count that is kept in memory goes on beyond it.
 */
const MOST_COUNTED = 1000;
/** The same before the receipt of the main timeline: only what is unread in threads is to be found there. */
const MOST_COUNTED_IN_THREADS = 100;
const READ_AT_ONCE = 200;
const REMEMBERED_COUNTERS = 100_000;
/** How many changes of their own membership are followed back to where somebody joined. */
const MOST_PROFILE_CHANGES = 100;

interface Counter {
  readonly settings: UserSettings;
  readonly read: ReadPositions;
  /** Where the viewer has read to in every thread, or joined: what was before notifies nobody. */
  readonly start: number;
  /** Every event up to here is counted. */
  upTo: number;
  /** By thread. */
  readonly tallies: Map<string, Tally>;
}

/** A counter and the last task on it: one at a time, since each goes on from where the one before it ended. */
interface Entry {
  counter: Counter | undefined;
  tail: Promise<unknown>;
}

/** Every event of a room after a position. */
export interface RecentEvents {
  readonly after: number;
  readonly events: readonly Placed[];
}

/**
 * Counts what users have not read, by their push rules. Nothing is counted when an event is sent: a counter is made
 * when its user syncs, goes on from where it was when they sync again, and starts anew when they have read.
 *
 * Source: Client-Server API v1.19, "Receiving notifications", "Threaded read receipts".
 */
export class UnreadCounts {
  readonly #rooms: RoomsContext;
  readonly #receipts: Realtime['receipts'];
  readonly #settings: UserSettingsCache;
  readonly #entries = new RecentMap<string, Entry>(REMEMBERED_COUNTERS);
  readonly #evaluator: PushEvaluator;

  constructor(rooms: RoomsContext, receipts: Realtime['receipts'], settings: UserSettingsCache) {
    this.#rooms = rooms;
    this.#receipts = receipts;
    this.#settings = settings;
    this.#evaluator = new PushEvaluator(rooms);
  }

  /**
   * What a joined user has not read in a room, up to a position at least.
   *
   * @param recent the newest events, if they are at hand.
   */
  async of(viewer: Onlooker, room: Room, until: number, recent?: RecentEvents): Promise<UnreadTallies> {
    const key = `${viewer.userNid} ${room.nid}`;
    const entry = this.#entries.get(key) ?? { counter: undefined, tail: Promise.resolve() };
    this.#entries.set(key, entry);
    const counting = entry.tail.then(() => this.#bringUp(entry, viewer, room, until, recent));
    entry.tail = counting.catch(() => undefined);
    return tallied(await counting);
  }

  /** In how many of the rooms that a user is joined to something notifies them which they have not read. */
  async rooms(user: Onlooker, until: number): Promise<number> {
    const { registry, storage, userRooms } = this.#rooms;
    const newest = await storage.log.newestOfRooms(await userRooms.joined(user.userNid));
    let unread = 0;
    for (const [roomNid, position] of newest) {
      const room = await registry.byNid(roomNid);
      if (room === undefined) continue;
      // No further than the room goes: then nothing is read for those that are quiet.
      const { main, threads } = await this.of(user, room, Math.min(position, until));
      if (main.notifications > 0 || threads.size > 0) unread += 1;
    }
    return unread;
  }

  /** Forgets the counters of those who have read, in committed rows, or have come into the room. */
  follow(rows: readonly LogRow[]): void {
    for (const { kind, user, room } of rows) {
      const isWatched = kind === LogKind.Receipt || kind === LogKind.Event || kind === LogKind.StateMove;
      if (isWatched && user !== undefined) this.#entries.delete(`${user} ${room}`);
    }
  }

  async #bringUp(
    entry: Entry,
    viewer: Onlooker,
    room: Room,
    until: number,
    recent: RecentEvents | undefined,
  ): Promise<Counter> {
    const settings = await this.#settings.of(viewer);
    const counter = entry.counter;
    if (counter === undefined || counter.settings !== settings) {
      entry.counter = await this.#begin(viewer, room, until, settings);
      return entry.counter;
    }
    if (counter.upTo >= until) return counter;
    const placed = await this.#eventsAfter(counter, room, until, recent);
    const isSure = placed !== undefined && (await this.#count(counter, viewer, room, placed, settings));
    if (!isSure) entry.counter = await this.#begin(viewer, room, until, settings);
    counter.upTo = until;
    return entry.counter ?? counter;
  }

  /** Counts from where the viewer has read to. */
  async #begin(viewer: Onlooker, room: Room, until: number, settings: UserSettings): Promise<Counter> {
    const { log } = this.#rooms.storage;
    const positions = await this.#receipts.readPositions(viewer.userNid, [room.nid]);
    const read = positions.get(room.nid) ?? NOTHING_READ;
    const start = Math.max(read.all ?? 0, await this.#joinedAt(viewer, room));
    const main = Math.max(start, read.byThread.get(MAIN) ?? 0);
    const inThreads = main > start ? await log.backward(room.nid, main, start, MOST_COUNTED_IN_THREADS) : [];
    const placed = [...(await log.backward(room.nid, until, main, MOST_COUNTED)), ...inThreads].reverse();
    const counter = {
      settings,
      read,
      start,
      upTo: until,
      tallies: new Map<string, Tally>(),
    };
    await this.#count(counter, viewer, room, placed, settings);
    return counter;
  }

  /** Undefined if there are too many. */
  async #eventsAfter(
    { upTo }: Counter,
    room: Room,
    until: number,
    recent: RecentEvents | undefined,
  ): Promise<readonly Placed[] | undefined> {
    if (recent !== undefined && recent.after <= upTo) {
      return recent.events.filter((event) => event.position > upTo);
    }
    const placed = await this.#rooms.storage.log.forward(room.nid, upTo, until, MOST_COUNTED);
    return placed.length < MOST_COUNTED ? placed : undefined;
  }

  /** Counts events on. @returns whether the counter is right still: what was counted may have been redacted. */
  async #count(
    counter: Counter,
    viewer: Onlooker,
    room: Room,
    placed: readonly Placed[],
    settings: UserSettings,
  ): Promise<boolean> {
    const { events } = this.#rooms.storage;
    const user = await this.#evaluator.userIn(room, viewer.userId);
    let isSure = true;
    for (let first = 0; first < placed.length; first += READ_AT_ONCE) {
      if (first > 0) await setImmediate();
      const part = placed.slice(first, first + READ_AT_ONCE);
      const positions = new Map(part.map((event) => [event.nid, event.position]));
      for (const event of await events.getAll([...positions.keys()])) {
        const thread = threadOf(event);
        const readTo = Math.max(counter.start, counter.read.byThread.get(thread) ?? 0);
        if ((positions.get(event.nid) ?? 0) <= readTo) continue;
        const { sender, type, state_key: stateKey } = event.pdu;
        if (type === 'm.room.redaction') isSure = false;
        if (sender === viewer.userId && stateKey === undefined) counter.tallies.delete(thread);
        if (event.redactedBy !== null || settings.ignored.has(sender)) continue;
        const outcome = this.#evaluator.outcome(room, event, user, settings);
        if (outcome.notify) addTo(counter.tallies, thread, outcome.highlight);
      }
    }
    return isSure || counter.tallies.size === 0;
  }

  /** Where the viewer has joined, changes of their profile since then not counted. */
  async #joinedAt({ userId }: Onlooker, room: Room): Promise<number> {
    const { events, log } = this.#rooms.storage;
    let joined: number | undefined;
    let nid = room.members.get(userId)?.eventNid ?? null;
    for (let step = 0; nid !== null && step < MOST_PROFILE_CHANGES; step += 1) {
      const event: StoredEvent | undefined = await events.get(nid);
      if (event?.pdu.content.membership !== 'join') break;
      joined = nid;
      nid = event.replacesNid;
    }
    return joined === undefined ? 0 : ((await log.positionOf(joined)) ?? 0);
  }
}

const NOTHING_READ: ReadPositions = { all: undefined, byThread: new Map() };
const NOTHING: Tally = { notifications: 0, highlights: 0 };

/** The thread that an event is in: the root's ID, or `main`. */
function threadOf({ pdu }: StoredEvent): string {
  const relation = relationOf(pdu);
  return relation?.relType === 'm.thread' ? relation.eventId : MAIN;
}

function addTo(tallies: Map<string, Tally>, thread: string, isHighlight: boolean): void {
  const tally = tallies.get(thread) ?? { notifications: 0, highlights: 0 };
  tally.notifications += 1;
  if (isHighlight) tally.highlights += 1;
  tallies.set(thread, tally);
}

function tallied({ tallies }: Counter): UnreadTallies {
  if (tallies.size === 0) return { main: NOTHING, threads: new Map() };
  const threads = new Map(
    [...tallies].filter(([thread]) => thread !== MAIN).map(([root, tally]) => [root, { ...tally }]),
  );
  return { main: { ...(tallies.get(MAIN) ?? NOTHING) }, threads };
}
