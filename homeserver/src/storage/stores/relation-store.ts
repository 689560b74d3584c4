import { RecentMap } from '../../base/recent-map.ts';
import type { Database } from '../database/database.ts';
import { defineDelete, defineGatheredQuery, defineInsertIgnore, defineQuery } from '../database/sql.ts';
import type { UnitOfWork } from '../database/unit-of-work.ts';
import type { Placed } from './log-store.ts';

/** An event's relation to its parent, as it is kept. */
export interface StoredRelation {
  readonly eventNid: number;
  readonly roomNid: number;
  readonly parentId: string;
  readonly relType: string;
  /** What reactions are counted by. */
  readonly key: string | undefined;
}

/** The events of a thread, its root not counted. */
export interface ThreadSummary {
  readonly count: number;
  readonly latestNid: number;
}

/** Which of the events that refer to one are asked for. */
export interface RelatedRequest {
  readonly parentId: string;
  /** How many steps away: 1 for those that refer to the event itself. */
  readonly steps: number;
  readonly relType: string | undefined;
  readonly type: string | undefined;
  readonly direction: 'b' | 'f';
  /** As of a stretch of the timeline: backwards at or before it, forwards after it. */
  readonly from: number;
  /** Backwards: after it; forwards: at or before it. */
  readonly until: number;
  readonly limit: number;
}

interface Parent {
  parent: string;
}

const insertRelation = defineInsertIgnore('event_relations', {
  event_nid: 'bigint',
  room_nid: 'bigint',
  parent_id: 'text',
  rel_type: 'text',
  aggregation_key: 'text?',
});
const deleteRelation = defineDelete('event_relations', { event_nid: 'bigint' });
const parentsAmong = defineGatheredQuery<[string[]], Parent>(
  'SELECT DISTINCT parent_id AS parent FROM event_relations WHERE parent_id = ANY(?:text[])',
  { parameter: 0, column: 'parent' },
);
const annotation = defineQuery<[string, string, number, string], { nid: number }>(
  `SELECT r.event_nid AS nid FROM event_relations r JOIN events e ON e.nid = r.event_nid
   JOIN strings t ON t.nid = e.type_nid
   WHERE r.parent_id = ? AND r.rel_type = 'm.annotation' AND r.aggregation_key = ? AND e.sender_nid = ?
   AND t.value = ? LIMIT 1`,
);
const newestEdits = defineQuery<[string[]], { parent: string; nid: number }>(
  `SELECT parent, nid FROM (
     SELECT r.parent_id AS parent, e.nid,
       row_number() OVER (PARTITION BY r.parent_id ORDER BY e.origin_server_ts DESC, e.event_id DESC) AS place
     FROM event_relations r JOIN events e ON e.nid = r.event_nid
     JOIN events p ON p.event_id = r.parent_id AND p.room_nid = e.room_nid
     WHERE r.parent_id = ANY(?:text[]) AND r.rel_type = 'm.replace' AND e.sender_nid = p.sender_nid
       AND e.type_nid = p.type_nid AND e.state_key_nid IS NULL AND p.state_key_nid IS NULL) AS edits
   WHERE place = 1`,
);
const threads = defineQuery<[string[], string[]], { parent: string; count: number; position: number }>(
  `SELECT r.parent_id AS parent, count(*) AS count, max(l.position) AS position
   FROM event_relations r JOIN log l ON l.kind = 1 AND l.ref = r.event_nid JOIN events e ON e.nid = r.event_nid
   JOIN strings s ON s.nid = e.sender_nid
   WHERE r.parent_id = ANY(?:text[]) AND r.rel_type = 'm.thread' AND NOT (s.value = ANY(?:text[]))
   GROUP BY r.parent_id`,
);
const eventsAt = defineQuery<[number[]], Placed>(
  'SELECT position, ref AS nid FROM log WHERE kind = 1 AND position = ANY(?:bigint[])',
);
const participated = defineQuery<[string[], number], Parent>(
  `SELECT DISTINCT r.parent_id AS parent FROM event_relations r JOIN events e ON e.nid = r.event_nid
   WHERE r.parent_id = ANY(?:text[]) AND r.rel_type = 'm.thread' AND e.sender_nid = ?`,
);
const references = defineQuery<[string[]], { parent: string; eventId: string }>(
  `SELECT r.parent_id AS parent, e.event_id AS "eventId" FROM event_relations r JOIN events e ON e.nid = r.event_nid
   WHERE r.parent_id = ANY(?:text[]) AND r.rel_type = 'm.reference' ORDER BY r.event_nid`,
);
const FOUND = `WITH RECURSIVE found(nid, room_nid, rel_type, steps) AS (
    SELECT event_nid, room_nid, rel_type, 1 FROM event_relations WHERE parent_id = ?
    UNION ALL
    SELECT r.event_nid, r.room_nid, r.rel_type, found.steps + 1 FROM found JOIN events e ON e.nid = found.nid
      JOIN event_relations r ON r.parent_id = e.event_id WHERE found.steps < ?)
  SELECT found.nid, l.position FROM found JOIN log l ON l.kind = 1 AND l.ref = found.nid
    JOIN events e ON e.nid = found.nid JOIN strings t ON t.nid = e.type_nid
  WHERE (? = '' OR found.rel_type = ?) AND (? = '' OR t.value = ?)`;
type FoundParams = [string, number, string, string, string, string, number, number, number];
const foundBackward = defineQuery<FoundParams, Placed>(
  `${FOUND} AND l.position <= ? AND l.position > ? ORDER BY l.position DESC LIMIT ?`,
);
const foundForward = defineQuery<FoundParams, Placed>(
  `${FOUND} AND l.position > ? AND l.position <= ? ORDER BY l.position LIMIT ?`,
);
const threadRoots = defineQuery<[number, number, number], { rootId: string; position: number }>(
  `SELECT r.parent_id AS "rootId", max(l.position) AS position
   FROM event_relations r JOIN log l ON l.kind = 1 AND l.ref = r.event_nid
   WHERE r.room_nid = ? AND r.rel_type = 'm.thread'
   GROUP BY r.parent_id HAVING max(l.position) <= ? ORDER BY 2 DESC LIMIT ?`,
);
const related = defineQuery<[string[]], { parent: string; relType: string; sender: string }>(
  `SELECT DISTINCT r.parent_id AS parent, r.rel_type AS "relType", s.value AS sender
   FROM event_relations r JOIN events e ON e.nid = r.event_nid JOIN strings s ON s.nid = e.sender_nid
   WHERE r.parent_id = ANY(?:text[])`,
);

/** Events of which is known, without asking, that nothing refers to them: nearly all that were just sent. */
const REMEMBERED_CHILDLESS = 50_000;
const REMEMBERED_PARENTS = 10_000;

/** Which events refer to which, in all rooms. Redacted ones and those that are not part of a timeline do not. */
export class RelationStore {
  readonly #database: Database;
  readonly #childless = new RecentMap<string, true>(REMEMBERED_CHILDLESS);
  /** Parents of what was committed lately: a read that was on its way then may not have seen it. */
  readonly #parents = new RecentMap<string, true>(REMEMBERED_PARENTS);

  constructor(database: Database) {
    this.#database = database;
    database.onInvalidated('relations', (parentId) => {
      if (parentId === undefined) this.#childless.clear();
      else this.#noteParent(parentId);
    });
  }

  /** Adds a relation to a unit. */
  insert(unit: UnitOfWork, { eventNid, roomNid, parentId, relType, key }: StoredRelation): void {
    unit.write(insertRelation, {
      event_nid: eventNid,
      room_nid: roomNid,
      parent_id: parentId,
      rel_type: relType,
      aggregation_key: key ?? null,
    });
    unit.invalidate('relations', parentId);
  }

  /** Takes back what an event refers to, in a unit. */
  delete(unit: UnitOfWork, eventNid: number): void {
    unit.write(deleteRelation, { event_nid: eventNid });
  }

  /** Notes, once a unit is committed, that nothing refers to an event which is new to everybody. */
  noteChildless(unit: UnitOfWork, eventId: string): void {
    unit.onCommit(() => this.#childless.set(eventId, true));
  }

  /** Those of some events that others refer to. */
  async parentsAmong(eventIds: readonly string[]): Promise<string[]> {
    const unknown = eventIds.filter((eventId) => this.#childless.get(eventId) === undefined);
    if (unknown.length === 0) return [];
    const parents = new Set((await this.#database.all(parentsAmong, [unknown])).map(({ parent }) => parent));
    for (const eventId of unknown) {
      const isChildless = !parents.has(eventId) && this.#parents.get(eventId) === undefined;
      if (isChildless) this.#childless.set(eventId, true);
    }
    return unknown.filter((eventId) => parents.has(eventId));
  }

  /** Whether a user has annotated an event with an event of this type and a key. */
  async isAnnotated(parentId: string, senderNid: number, type: string, key: string): Promise<boolean> {
    return (await this.#database.get(annotation, [parentId, key, senderNid, type])) !== undefined;
  }

  /**
   * The edit that counts for each of some events, by the event's ID: the newest one by its sender, of the same type,
   * neither of them state (Client-Server API v1.19, "Event replacements").
   */
  async newestEdits(eventIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.#database.all(newestEdits, [[...eventIds]]);
    return new Map(rows.map(({ parent, nid }) => [parent, nid]));
  }

  /** The threads under some events, by the root's ID, without what some users have said in them. */
  async threads(
    eventIds: readonly string[],
    ignoredSenders: readonly string[],
  ): Promise<Map<string, ThreadSummary>> {
    const rows = await this.#database.all(threads, [[...eventIds], [...ignoredSenders]]);
    if (rows.length === 0) return new Map();
    const placed = await this.#database.all(eventsAt, [rows.map(({ position }) => position)]);
    const nids = new Map(placed.map(({ position, nid }) => [position, nid]));
    return new Map(
      rows.map(({ parent, count, position }) => [parent, { count, latestNid: nids.get(position) ?? 0 }]),
    );
  }

  /** Those of some threads' roots under which a user has said something. */
  async participated(rootIds: readonly string[], userNid: number): Promise<Set<string>> {
    const rows = await this.#database.all(participated, [[...rootIds], userNid]);
    return new Set(rows.map(({ parent }) => parent));
  }

  /** The IDs of the events that refer to some others with `m.reference`, by the other's ID. */
  async references(eventIds: readonly string[]): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const { parent, eventId } of await this.#database.all(references, [[...eventIds]])) {
      found.set(parent, [...(found.get(parent) ?? []), eventId]);
    }
    return found;
  }

  /** A page of the events that refer to one, in the order of the log. */
  related(request: RelatedRequest): Promise<Placed[]> {
    const { parentId, steps, relType = '', type = '', direction, from, until, limit } = request;
    const query = direction === 'b' ? foundBackward : foundForward;
    return this.#database.all(query, [parentId, steps, relType, relType, type, type, from, until, limit]);
  }

  /** A room's threads by their newest event, the newest first: those whose newest is at or before a position. */
  threadRoots(
    roomNid: number,
    from: number,
    limit: number,
  ): Promise<{ readonly rootId: string; readonly position: number }[]> {
    return this.#database.all(threadRoots, [roomNid, from, limit]);
  }

  /** Who refers to some events, and how: each combination once. */
  async relatedBy(
    eventIds: readonly string[],
  ): Promise<{ readonly parent: string; readonly relType: string; readonly sender: string }[]> {
    return eventIds.length === 0 ? [] : this.#database.all(related, [[...eventIds]]);
  }

  /** Something refers to this event since now: what is known of it from before does not hold. */
  #noteParent(eventId: string): void {
    this.#parents.set(eventId, true);
    this.#childless.delete(eventId);
  }
}
