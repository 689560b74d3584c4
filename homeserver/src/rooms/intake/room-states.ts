import { isState, type Pdu, type StatePdu } from '../../protocol/events.ts';
import type { KnownEvent } from '../../protocol/state-resolution/index.ts';
import {
  EMPTY_SNAPSHOT,
  EventStatus,
  entryKey,
  NO_EVENT,
  type StateEntry,
  type StoredEvent,
} from '../../storage/index.ts';
import type { RoomsContext } from '../context.ts';
import type { Room, Snapshot } from '../room.ts';
import type { SnapshotWriter } from '../snapshot-writer.ts';
import { mergeStates } from './merge-states.ts';
import { hasPlace } from './place.ts';
import { asItCounts } from './state-lookup.ts';

/** The state after one event: a stored one, and the event on top of it if it sets some. */
interface Point {
  readonly snapshotNid: number;
  readonly top: StoredEvent | undefined;
}

/** States of a room where its history forks and merges. */
export class RoomStates {
  readonly #context: RoomsContext;
  readonly #room: Room;
  readonly #snapshots: SnapshotWriter;
  /** Events that are being written: states may contain them before they are stored, by ID. */
  readonly #pending = new Map<string, StoredEvent>();
  /** States that were merged for the same change. */
  readonly #made = new Map<string, Snapshot>();

  /** @param snapshots writes the states that are new. */
  constructor(context: RoomsContext, room: Room, snapshots: SnapshotWriter) {
    this.#context = context;
    this.#room = room;
    this.#snapshots = snapshots;
  }

  /** Takes in an event as it is going to be stored. */
  expect(event: StoredEvent): void {
    this.#pending.set(event.eventId, event);
  }

  /** The state before an event; undefined unless the states after all that it follows are known. */
  async before(pdu: Pdu): Promise<Snapshot | undefined> {
    const { head } = this.#room;
    const previous = new Set(pdu.prev_events);
    if (previous.size === 0) return { nid: 0, blocks: EMPTY_SNAPSHOT };
    const newest = head.extremities;
    if (newest.length === previous.size && newest.every(({ eventId }) => previous.has(eventId))) {
      return { nid: head.snapshotNid, blocks: head.blocks };
    }
    return this.afterAll(pdu.prev_events);
  }

  /** The state after several events; undefined unless that after each is known. */
  async afterAll(eventIds: readonly string[]): Promise<Snapshot | undefined> {
    const wanted = new Set(eventIds);
    const stored = [...(await this.#load([...wanted])).values()];
    const placed = stored.filter((event) => event.roomNid === this.#room.nid && hasPlace(event));
    return placed.length === wanted.size ? this.after(placed) : undefined;
  }

  /** A state that another server gave, of stored events. */
  async given(events: readonly StoredEvent[]): Promise<Snapshot> {
    const { snapshotNid, blocks } = this.#room.head;
    const present = await this.#snapshots.entriesOf({ nid: snapshotNid, blocks });
    const entries = new Map((await this.#entriesFor(events)).map((entry) => [entryKey(entry), entry]));
    const changes = [...entries.values()].filter(
      (entry) => present.get(entryKey(entry))?.eventNid !== entry.eventNid,
    );
    for (const [key, entry] of present) if (!entries.has(key)) changes.push({ ...entry, eventNid: NO_EVENT });
    if (changes.length === 0) return { nid: snapshotNid, blocks };
    const isOther = changes.length > entries.size / 2;
    return isOther
      ? this.#snapshots.replace([...entries.values()])
      : this.#snapshots.change({ nid: snapshotNid, blocks }, changes);
  }

  /**
   * The state after several events: what the states after each resolve to.
   *
   * @param besides one more state, which is resolved with them.
   */
  async after(events: readonly StoredEvent[], besides?: Snapshot): Promise<Snapshot> {
    const points = distinctPoints(events);
    if (besides !== undefined) points.set(`${besides.nid}`, { snapshotNid: besides.nid, top: undefined });
    const key = [...points.keys()].sort().join();
    const known = this.#room.statesAfter.get(key);
    if (known !== undefined) return this.#snapshots.snapshot(known);
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const snapshot = await this.#merge([...points.values()]);
    this.#made.set(key, snapshot);
    this.#snapshots.onCommit(() => this.#room.statesAfter.set(key, snapshot.nid));
    return snapshot;
  }

  async #merge(points: readonly Point[]): Promise<Snapshot> {
    const [first, ...others] = points;
    if (first === undefined) return { nid: 0, blocks: EMPTY_SNAPSHOT };
    if (others.length === 0) {
      const base = await this.#snapshots.snapshot(first.snapshotNid);
      return first.top === undefined
        ? base
        : this.#snapshots.change(base, await this.#entriesFor([first.top]));
    }
    const branches = await Promise.all(
      points.map(async ({ snapshotNid, top }) => ({
        base: await this.#snapshots.snapshot(snapshotNid),
        top: top && (await this.#entriesFor([top]))[0],
      })),
    );
    return mergeStates(
      {
        context: this.#context,
        room: this.#room,
        snapshots: this.#snapshots,
        pending: [...this.#pending.values()],
        load: (eventIds) => this.#load(eventIds),
        loadKnown: (eventIds) => this.#loadKnown(eventIds),
      },
      branches,
    );
  }

  async #loadKnown(eventIds: readonly string[]): Promise<Map<string, KnownEvent>> {
    const loaded = await this.#load(eventIds);
    const known = [...loaded.values()].filter(
      (event) => event.roomNid === this.#room.nid && isState(event.pdu),
    );
    return new Map(
      known.map((event) => {
        const { eventId, pdu, status } = asItCounts(event, this.#room.rules);
        return [eventId, { eventId, pdu: pdu as StatePdu, rejected: status === EventStatus.Rejected }];
      }),
    );
  }

  async #load(eventIds: readonly string[]): Promise<Map<string, StoredEvent>> {
    const loaded = await this.#context.storage.events.getAllById(eventIds);
    for (const eventId of eventIds) {
      const pending = this.#pending.get(eventId);
      if (pending !== undefined) loaded.set(eventId, pending);
    }
    return loaded;
  }

  /** The entries of state events, whose strings are known since they were stored. */
  async #entriesFor(events: readonly StoredEvent[]): Promise<StateEntry[]> {
    const texts = events.flatMap(({ pdu }) => [pdu.type, pdu.state_key ?? '']);
    const nids = await this.#context.storage.strings.findAll(texts);
    return events.map(({ nid, pdu }) => ({
      typeNid: nids.get(pdu.type) ?? 0,
      stateKeyNid: nids.get(pdu.state_key ?? '') ?? 0,
      eventNid: nid,
    }));
  }
}

/** The points after events, without those that are the same. The state after a rejected event is that before it. */
function distinctPoints(events: readonly StoredEvent[]): Map<string, Point> {
  const points = new Map<string, Point>();
  for (const event of events) {
    const { nid, snapshotNid } = event;
    const setsState = isState(event.pdu) && event.status !== EventStatus.Rejected;
    if (setsState) points.set(`${snapshotNid}+${nid}`, { snapshotNid, top: event });
    else points.set(`${snapshotNid}`, { snapshotNid, top: undefined });
  }
  return points;
}
