import { isState, type Pdu, type StatePdu } from '../../protocol/events.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import {
  type KnownEvent,
  resolveState,
  type StateMap,
  stateMapKey,
  walkingSource,
} from '../../protocol/state-resolution/index.ts';
import { defineQuery } from '../database/sql.ts';
import { EventStatus } from '../stores/event-store.ts';
import { entryKey } from '../stores/state-store.ts';
import type { CheckedDatabase, CheckedRoom } from './check.ts';
import type { NamedEvent } from './event-pages.ts';
import { type CheckedState, isSameState, type StoredStates } from './stored-states.ts';

/** States larger than this are not resolved again: it would take longer than an admin waits. */
const LARGEST_RESOLVED = 5_000;
const KEPT_EVENTS = 50_000;

interface EventRow {
  nid: number;
  eventId: string;
  roomNid: number;
  typeNid: number;
  stateKeyNid: number | null;
  status: EventStatus;
  json: string;
}

/** A state event as it is needed to resolve states. */
interface ReplayedEvent extends KnownEvent {
  readonly nid: number;
  readonly roomNid: number;
  readonly key: string;
}

const COLUMNS = `nid, event_id AS "eventId", room_nid AS "roomNid", type_nid AS "typeNid",
  state_key_nid AS "stateKeyNid", status, json`;
const byNids = defineQuery<[number[]], EventRow>(`SELECT ${COLUMNS} FROM events WHERE nid = ANY(?:bigint[])`);
const byIds = defineQuery<[string[]], EventRow>(
  `SELECT ${COLUMNS} FROM events WHERE event_id = ANY(?:text[])`,
);

/** The state after one event: a stored one, and the event on top of it if it sets some. */
interface Point {
  readonly snapshotNid: number;
  readonly top: CheckedState;
}

/** Works out again what state some events lead to. */
export class Replay {
  readonly #database: CheckedDatabase;
  readonly #states: StoredStates;
  readonly #events = new Map<string, ReplayedEvent>();

  constructor(database: CheckedDatabase, states: StoredStates) {
    this.#database = database;
    this.#states = states;
  }

  /** Whether a stored state is what those after several events resolve to. Large ones are not looked at. */
  async isStateAfter(
    room: CheckedRoom,
    events: readonly NamedEvent[],
    snapshotNid: number,
  ): Promise<boolean> {
    const [first, ...others] = distinctPoints(events);
    if (first === undefined) return snapshotNid === 0;
    if (others.length === 0) return this.#states.follows(snapshotNid, first.snapshotNid, first.top);
    const actual = await this.#states.read(snapshotNid);
    if (actual.size > LARGEST_RESOLVED) return true;
    const states: CheckedState[] = [];
    for (const { snapshotNid: nid, top } of [first, ...others]) {
      states.push(new Map([...(await this.#states.read(nid)), ...top]));
    }
    const [one, ...rest] = states;
    const areSame = one !== undefined && rest.every((other) => isSameState(one, other));
    return isSameState(actual, areSame ? one : await this.#resolve(room, states));
  }

  async #resolve(room: CheckedRoom, states: readonly CheckedState[]): Promise<CheckedState> {
    const nids = new Set(states.flatMap((state) => [...state.values()]));
    const rows = await this.#database.all(byNids, [[...nids]]);
    const events = new Map(this.#remember(rows).map((event) => [event.nid, event]));
    const maps = states.map((state) => stateMapOf(state, events));
    const source = walkingSource((eventIds) => this.#load(room, eventIds));
    const winners = [...(await resolveState(maps, room.rules, source)).values()];
    const loaded = await this.#load(room, winners);
    return new Map([...loaded.values()].map(({ key, nid }) => [key, nid]));
  }

  async #load(room: CheckedRoom, eventIds: readonly string[]): Promise<Map<string, ReplayedEvent>> {
    const missing = eventIds.filter((eventId) => !this.#events.has(eventId));
    const rows = missing.length === 0 ? [] : await this.#database.all(byIds, [missing]);
    const fresh = new Map(this.#remember(rows).map((event) => [event.eventId, event]));
    const found = eventIds.flatMap((eventId) => fresh.get(eventId) ?? this.#events.get(eventId) ?? []);
    return new Map(
      found.filter(({ roomNid }) => roomNid === room.nid).map((event) => [event.eventId, event]),
    );
  }

  #remember(rows: readonly EventRow[]): ReplayedEvent[] {
    const events = rows.flatMap(({ json, typeNid, stateKeyNid, status, ...row }) => {
      const pdu = parseJson(json) as Pdu;
      if (!isState(pdu) || stateKeyNid === null) return [];
      const key = entryKey({ typeNid, stateKeyNid });
      return [{ ...row, pdu: pdu as StatePdu, rejected: status === EventStatus.Rejected, key }];
    });
    if (this.#events.size > KEPT_EVENTS) this.#events.clear();
    for (const event of events) this.#events.set(event.eventId, event);
    return events;
  }
}

/** The points after events, without those that are the same. The state after a rejected event is that before it. */
function distinctPoints(events: readonly NamedEvent[]): Point[] {
  const points = new Map<string, Point>();
  for (const { nid, typeNid, stateKeyNid, snapshotNid, status } of events) {
    const setsState = stateKeyNid !== null && status !== EventStatus.Rejected;
    const top = new Map(setsState ? [[entryKey({ typeNid, stateKeyNid }), nid]] : []);
    points.set(setsState ? `${snapshotNid}+${nid}` : `${snapshotNid}`, { snapshotNid, top });
  }
  return [...points.values()];
}

function stateMapOf(state: CheckedState, events: ReadonlyMap<number, ReplayedEvent>): StateMap {
  const map = new Map<string, string>();
  for (const nid of state.values()) {
    const event = events.get(nid);
    if (event !== undefined) map.set(stateMapKey(event.pdu.type, event.pdu.state_key), event.eventId);
  }
  return map;
}
