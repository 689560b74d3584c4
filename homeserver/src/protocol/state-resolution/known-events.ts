import { creatorsOf, powerLevelsOf } from '../power-levels.ts';
import type { RoomVersionRules } from '../room-versions.ts';
import type { KnownEvent, ResolutionSource } from './source.ts';

/** The events of one resolution, each loaded once, in batches. */
export class KnownEvents {
  readonly #events = new Map<string, KnownEvent>();
  readonly #asked = new Set<string>();
  readonly #source: ResolutionSource;
  readonly #rules: RoomVersionRules;

  constructor(source: ResolutionSource, rules: RoomVersionRules) {
    this.#source = source;
    this.#rules = rules;
  }

  /** Loads those of the events that were not asked for yet. */
  async load(eventIds: Iterable<string>): Promise<void> {
    const missing = [...new Set(eventIds)].filter((eventId) => !this.#asked.has(eventId));
    if (missing.length === 0) return;
    for (const eventId of missing) this.#asked.add(eventId);
    for (const [eventId, event] of await this.#source.loadEvents(missing)) this.#events.set(eventId, event);
  }

  /** An event that was loaded; undefined if the server does not have it. */
  get(eventId: string): KnownEvent | undefined {
    return this.#events.get(eventId);
  }

  /** The events that were loaded and exist, of those with these IDs. */
  all(eventIds: Iterable<string>): KnownEvent[] {
    return [...eventIds].map((eventId) => this.#events.get(eventId)).filter((event) => event !== undefined);
  }

  /** The event of this type and key among the `auth_events` of another, which have to be loaded. */
  authEvent(event: KnownEvent, type: string, stateKey: string): KnownEvent | undefined {
    return this.all(event.pdu.auth_events).find(({ pdu }) => pdu.type === type && pdu.state_key === stateKey);
  }

  /** The create event that an event belongs to, which has to be loaded. */
  createOf(event: KnownEvent): KnownEvent | undefined {
    if (!this.#rules.roomIdIsCreateHash) return this.authEvent(event, 'm.room.create', '');
    return this.#events.get(createEventId(event));
  }

  /** The power level of an event's sender going by its own `auth_events`, which have to be loaded. */
  senderLevel(event: KnownEvent): number {
    const create = this.createOf(event);
    const creators = create === undefined ? [] : creatorsOf(create.pdu, this.#rules);
    const levels = this.authEvent(event, 'm.room.power_levels', '');
    return powerLevelsOf(levels?.pdu.content, creators, this.#rules).userLevel(event.pdu.sender);
  }
}

/** The ID of the create event of a room whose ID is its hash (room version 12 and on). */
export function createEventId({ eventId, pdu }: KnownEvent): string {
  return pdu.room_id === undefined ? eventId : `$${pdu.room_id.slice(1)}`;
}
