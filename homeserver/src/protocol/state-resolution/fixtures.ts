import type { JsonObject } from '../canonical-json.ts';
import { authEventKeys, authorizeEvent } from '../event-auth/index.ts';
import type { Pdu, StatePdu } from '../events.ts';
import { makePdu, rulesOf } from '../fixtures.ts';
import { eventIdOf } from '../hashing.ts';
import type { RoomVersionRules } from '../room-versions.ts';
import { type KnownEvent, type ResolutionSource, resolveState, walkingSource } from './index.ts';
import { type StateMap, stateMapKey } from './state-map.ts';

/** Rooms whose history forks, for this folder's tests. */

export const USERS = [
  '@alice:a.test',
  '@bob:a.test',
  '@carol:b.test',
  '@dave:b.test',
  '@erin:c.test',
] as const;
export const [ALICE, BOB, CAROL, DAVE] = USERS;

/** An event in a room's history, with the state after it. */
export interface Moment {
  readonly eventId: string;
  readonly depth: number;
  readonly state: StateMap;
}

/** What is to be sent. Without a time it is later than all events before. */
export interface Sending {
  readonly type: string;
  readonly sender: string;
  readonly stateKey?: string;
  readonly content?: JsonObject;
  readonly at?: number;
}

/** A room that may be sent to at any moment of its history; `after` several moments merges them. */
export class ForkingRoom {
  readonly rules: RoomVersionRules;
  readonly events = new Map<string, Pdu>();
  readonly rejected = new Set<string>();
  readonly source: ResolutionSource;
  readonly created: Moment;
  #roomId = '!room:a.test';

  constructor(version: string, createContent: JsonObject = {}) {
    this.rules = rulesOf(version);
    this.source = walkingSource(async (eventIds) => new Map(eventIds.flatMap((id) => this.#known(id))));
    const content: JsonObject = { room_version: version, ...createContent };
    if (!this.rules.creatorIsSender) content.creator = ALICE;
    const create = { type: 'm.room.create', sender: ALICE, stateKey: '', content };
    this.created = this.#add(this.#build(create, [], new Map()), new Map());
    if (this.rules.roomIdIsCreateHash) this.#roomId = `!${this.created.eventId.slice(1)}`;
  }

  /** Adds an event that the state before it has to allow. */
  async send(after: readonly Moment[], sending: Sending): Promise<Moment> {
    const moment = await this.trySend(after, sending);
    if (moment === undefined) throw new Error(`Not allowed: ${JSON.stringify(sending)}`);
    return moment;
  }

  /** Adds an event if the state before it allows it. */
  async trySend(after: readonly Moment[], sending: Sending): Promise<Moment | undefined> {
    const state = await this.resolve(after.map((moment) => moment.state));
    const event = this.#build(sending, after, state);
    const lookup = (type: string, stateKey: string) =>
      this.events.get(state.get(stateMapKey(type, stateKey)) ?? '');
    return authorizeEvent(event, lookup, this.rules).allowed ? this.#add(event, state) : undefined;
  }

  /** The state in which these states meet. */
  async resolve(states: readonly StateMap[]): Promise<StateMap> {
    const [first = new Map()] = states;
    return states.length === 1 ? first : resolveState(states, this.rules, this.source);
  }

  /** The content of an event in a state. */
  contentOf(state: StateMap, type: string, stateKey = ''): JsonObject | undefined {
    return this.events.get(state.get(stateMapKey(type, stateKey)) ?? '')?.content;
  }

  #known(eventId: string): [string, KnownEvent][] {
    const pdu = this.events.get(eventId);
    if (pdu === undefined) return [];
    return [[eventId, { eventId, pdu: pdu as StatePdu, rejected: this.rejected.has(eventId) }]];
  }

  #build(sending: Sending, after: readonly Moment[], state: StateMap): Pdu {
    const { type, sender, stateKey, content = {} } = sending;
    const event = makePdu({
      type,
      sender,
      content,
      room_id: this.#roomId,
      prev_events: after.map((moment) => moment.eventId),
      depth: Math.max(0, ...after.map((moment) => moment.depth)) + 1,
      origin_server_ts: sending.at ?? 1000 + this.events.size,
      // Tells events apart that are otherwise the same.
      hashes: { sha256: `event ${this.events.size}` },
    });
    if (stateKey !== undefined) event.state_key = stateKey;
    if (type === 'm.room.create' && this.rules.roomIdIsCreateHash) delete event.room_id;
    if (this.rules.eventIdFormat === 'in-event') event.event_id = `$event${this.events.size}:a.test`;
    const cited = authEventKeys({ ...event, content }, this.rules).map(([key, of]) =>
      state.get(stateMapKey(key, of)),
    );
    event.auth_events = cited.filter((eventId) => eventId !== undefined);
    return event;
  }

  #add(event: Pdu, before: StateMap): Moment {
    const eventId = eventIdOf(event, this.rules);
    this.events.set(eventId, event);
    const state = new Map(before);
    if (event.state_key !== undefined) state.set(stateMapKey(event.type, event.state_key), eventId);
    return { eventId, depth: event.depth, state };
  }
}

/** Power levels with 100 for Alice where she is not above all levels, as the creator, anyway. */
export function levelsOf(version: string, users: JsonObject): JsonObject {
  return { users: rulesOf(version).creatorsHaveInfinitePower ? users : { [ALICE]: 100, ...users } };
}

/** A room of Alice that everybody has joined, and the last moment of that. */
export async function joinedRoom(
  version: string,
  users: JsonObject,
  createContent: JsonObject = {},
): Promise<{ room: ForkingRoom; start: Moment }> {
  const room = new ForkingRoom(version, createContent);
  const join = (sender: string) => ({
    type: 'm.room.member',
    sender,
    stateKey: sender,
    content: { membership: 'join' },
  });
  const state = (type: string, content: JsonObject) => ({ type, sender: ALICE, stateKey: '', content });
  let start = await room.send([room.created], join(ALICE));
  start = await room.send([start], state('m.room.power_levels', levelsOf(version, users)));
  start = await room.send([start], state('m.room.join_rules', { join_rule: 'public' }));
  for (const user of USERS.slice(1)) start = await room.send([start], join(user));
  return { room, start };
}
