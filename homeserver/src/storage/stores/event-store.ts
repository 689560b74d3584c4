import type { Pdu } from '../../protocol/events.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import type { Database } from '../database/database.ts';
import { defineGatheredQuery, defineInsert, defineUpdate, type SignedText } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';

/** How far an event came in the checks on receipt; the numbers are stored. */
export const EventStatus = {
  /** Part of the room's timeline. */
  Accepted: 0,
  /** Known, but without the state before it. */
  Outlier: 1,
  /** Failed the authorisation rules. */
  Rejected: 2,
  /** Allowed where it was sent, not by the room's current state. */
  SoftFailed: 3,
} as const;
export type EventStatus = (typeof EventStatus)[keyof typeof EventStatus];

/** An event as the store gives it; immutable, and shared by everyone who asks. */
export interface StoredEvent {
  readonly nid: number;
  readonly eventId: string;
  readonly roomNid: number;
  readonly pdu: Pdu;
  /** The snapshot of the state before the event. */
  readonly snapshotNid: number;
  readonly status: EventStatus;
  /** The state event that this one took the place of. */
  readonly replacesNid: number | null;
  /** The redaction that was applied to it. */
  readonly redactedBy: number | null;
}

/** An event on its way into the store. */
export interface NewEvent {
  readonly nid: number;
  readonly eventId: string;
  readonly roomNid: number;
  readonly typeNid: number;
  readonly stateKeyNid: number | null;
  readonly senderNid: number;
  readonly originServerTs: number;
  readonly snapshotNid: number;
  readonly status: EventStatus;
  readonly replacesNid: number | null;
  readonly json: string | SignedText;
}

interface EventRow {
  nid: number;
  event_id: string;
  room_nid: number;
  snapshot_nid: number;
  status: EventStatus;
  replaces_nid: number | null;
  redacted_by: number | null;
  json: string;
}

const insertEvent = defineInsert('events', {
  nid: 'bigint',
  event_id: 'text',
  room_nid: 'bigint',
  type_nid: 'bigint',
  state_key_nid: 'bigint?',
  sender_nid: 'bigint',
  origin_server_ts: 'bigint',
  snapshot_nid: 'bigint',
  status: 'integer',
  replaces_nid: 'bigint?',
  redacted_by: 'bigint?',
  json: 'text',
});
const setRedacted = defineUpdate('events', { nid: 'bigint', redacted_by: 'bigint' }, ['nid']);
const setPlace = defineUpdate(
  'events',
  { nid: 'bigint', snapshot_nid: 'bigint', status: 'integer', replaces_nid: 'bigint?' },
  ['nid'],
);
const COLUMNS = 'nid, event_id, room_nid, snapshot_nid, status, replaces_nid, redacted_by, json';
const byNids = defineGatheredQuery<[number[]], EventRow>(
  `SELECT ${COLUMNS} FROM events WHERE nid = ANY(?:bigint[])`,
  { parameter: 0, column: 'nid' },
);
const byIds = defineGatheredQuery<[string[]], EventRow>(
  `SELECT ${COLUMNS} FROM events WHERE event_id = ANY(?:text[])`,
  { parameter: 0, column: 'event_id' },
);

/** What the cache of events may hold, in characters of their JSON. */
const CACHED_CHARACTERS = 32_000_000;

/** Room events by number and by ID, with a bounded cache of parsed ones. */
export class EventStore {
  readonly #database: Database;
  readonly #cache = new Map<number, { event: StoredEvent; size: number }>();
  readonly #nidOf = new Map<string, number>();
  #cached = 0;
  /** Goes up when events change: what was read before must not enter the cache after. */
  #changes = 0;

  constructor(database: Database) {
    this.#database = database;
    database.onInvalidated('events', (nid) => {
      this.#changes += 1;
      if (nid === undefined) this.#forgetAll();
      else this.#forget(Number(nid));
    });
  }

  /** Adds an event to a unit. */
  insert(unit: UnitOfWork, event: NewEvent): void {
    unit.write(insertEvent, {
      nid: event.nid,
      event_id: event.eventId,
      room_nid: event.roomNid,
      type_nid: event.typeNid,
      state_key_nid: event.stateKeyNid,
      sender_nid: event.senderNid,
      origin_server_ts: event.originServerTs,
      snapshot_nid: event.snapshotNid,
      status: event.status,
      replaces_nid: event.replacesNid,
      redacted_by: null,
      json: event.json,
    });
  }

  /** Gives an event that was stored without the state before it its place in the room, in a unit. */
  place(unit: UnitOfWork, event: Pick<StoredEvent, 'nid' | 'snapshotNid' | 'status' | 'replacesNid'>): void {
    unit.write(setPlace, {
      nid: event.nid,
      snapshot_nid: event.snapshotNid,
      status: event.status,
      replaces_nid: event.replacesNid,
    });
    unit.invalidate('events', event.nid);
  }

  /** Marks an event as redacted, in a unit. */
  markRedacted(unit: UnitOfWork, nid: number, redactionNid: number): void {
    unit.write(setRedacted, { nid, redacted_by: redactionNid });
    unit.invalidate('events', nid);
  }

  /** Puts a committed event into the cache. */
  remember(event: StoredEvent, size: number): void {
    this.#forget(event.nid);
    this.#cache.set(event.nid, { event, size });
    this.#nidOf.set(event.eventId, event.nid);
    this.#cached += size;
    for (const nid of this.#cache.keys()) {
      if (this.#cached <= CACHED_CHARACTERS) break;
      this.#forget(nid);
    }
  }

  /** An event that is in the cache, without waiting. */
  cached(nid: number): StoredEvent | undefined {
    return this.#cache.get(nid)?.event;
  }

  /** Events by number, in the order asked for; numbers without an event are left out. */
  async getAll(nids: readonly number[]): Promise<StoredEvent[]> {
    // Kept here, since what is loaded may push others out of the cache.
    const found = new Map<number, StoredEvent>();
    const missing: number[] = [];
    for (const nid of nids) {
      const known = this.#cache.get(nid)?.event;
      if (known === undefined) missing.push(nid);
      else found.set(nid, known);
    }
    if (missing.length > 0) {
      const before = this.#changes;
      for (const row of await this.#database.all(byNids, [missing])) {
        found.set(row.nid, this.#fromRow(row, before));
      }
    }
    return nids.flatMap((nid) => found.get(nid) ?? []);
  }

  /** An event by number. */
  async get(nid: number): Promise<StoredEvent | undefined> {
    return this.cached(nid) ?? (await this.getAll([nid]))[0];
  }

  /** An event by its ID. */
  async getById(eventId: string): Promise<StoredEvent | undefined> {
    const nid = this.#nidOf.get(eventId);
    if (nid !== undefined) return this.get(nid);
    const before = this.#changes;
    const row = await this.#database.get(byIds, [[eventId]]);
    return row === undefined ? undefined : this.#fromRow(row, before);
  }

  /**
   * The JSON of events by number, as it is stored. Of those that were made here it has the signature, which they lack in
   * the cache: they are signed on their way to the disk.
   */
  async jsonOf(nids: readonly number[]): Promise<Map<number, string>> {
    const rows = nids.length === 0 ? [] : await this.#database.all(byNids, [[...nids]]);
    return new Map(rows.map(({ nid, json }) => [nid, json]));
  }

  /** An event by its ID as it is now, whatever was read before. */
  readAgain(eventId: string): Promise<StoredEvent | undefined> {
    this.#changes += 1;
    this.#forget(this.#nidOf.get(eventId) ?? 0);
    return this.getById(eventId);
  }

  /** Events by ID; those that are not stored are left out. */
  async getAllById(eventIds: readonly string[]): Promise<Map<string, StoredEvent>> {
    const found = new Map<string, StoredEvent>();
    const missing: string[] = [];
    for (const eventId of eventIds) {
      const known = this.#cache.get(this.#nidOf.get(eventId) ?? 0)?.event;
      if (known === undefined) missing.push(eventId);
      else found.set(eventId, known);
    }
    if (missing.length === 0) return found;
    const before = this.#changes;
    for (const row of await this.#database.all(byIds, [missing])) {
      found.set(row.event_id, this.#fromRow(row, before));
    }
    return found;
  }

  #forgetAll(): void {
    this.#cache.clear();
    this.#nidOf.clear();
    this.#cached = 0;
  }

  #forget(nid: number): void {
    const known = this.#cache.get(nid);
    if (known === undefined) return;
    this.#cache.delete(nid);
    this.#nidOf.delete(known.event.eventId);
    this.#cached -= known.size;
  }

  /** @param changes as they were before the row was read. */
  #fromRow(row: EventRow, changes: number): StoredEvent {
    // What was committed while the read was on its way is newer than the row.
    const known = this.#cache.get(row.nid)?.event;
    if (known !== undefined) return known;
    const event: StoredEvent = {
      nid: row.nid,
      eventId: row.event_id,
      roomNid: row.room_nid,
      pdu: parseJson(row.json) as Pdu,
      snapshotNid: row.snapshot_nid,
      status: row.status,
      replacesNid: row.replaces_nid,
      redactedBy: row.redacted_by,
    };
    if (changes === this.#changes) this.remember(event, row.json.length);
    return event;
  }
}
