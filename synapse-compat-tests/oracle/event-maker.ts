import type { JsonObject } from '../../homeserver/src/protocol/canonical-json.ts';
import type { Pdu } from '../../homeserver/src/protocol/events.ts';
import { eventIdOf, roomIdOfCreate } from '../../homeserver/src/protocol/hashing.ts';
import { domainOf } from '../../homeserver/src/protocol/identifiers.ts';
import type { RoomVersionRules } from '../../homeserver/src/protocol/room-versions.ts';

/** The people of the rooms; Alice makes them. */
export const USERS = [
  '@alice:a.test',
  '@bob:a.test',
  '@carol:b.test',
  '@dave:b.test',
  '@erin:c.test',
] as const;
export const [ALICE, BOB, CAROL] = USERS;

/** What an event is made of; the rest is filled in. */
export type Given = Partial<Pdu> & { type: string; sender: string };

/** Makes the events of one room, from the create event on. */
export class EventMaker {
  readonly rules: RoomVersionRules;
  readonly create: Pdu;
  readonly roomId: string;
  #made = 0;

  constructor(rules: RoomVersionRules, createContent: JsonObject) {
    this.rules = rules;
    const content: JsonObject = { room_version: rules.version, ...createContent };
    if (!rules.creatorIsSender) content.creator = ALICE;
    this.roomId = '!room:a.test';
    this.create = this.make({
      type: 'm.room.create',
      sender: ALICE,
      state_key: '',
      content,
      prev_events: [],
    });
    if (rules.roomIdIsCreateHash) delete this.create.room_id;
    this.roomId = roomIdOfCreate(this.create, rules);
  }

  /** An event unlike all before, with plain values for whatever is not given. */
  make(given: Given): Pdu {
    this.#made += 1;
    const event: Pdu = {
      room_id: this.roomId,
      content: {},
      prev_events: ['$before:a.test'],
      auth_events: [],
      depth: this.#made,
      origin_server_ts: 1000,
      signatures: {},
      ...given,
      hashes: { sha256: `event ${this.#made}` },
    };
    if (this.rules.eventIdFormat === 'in-event') {
      // Neither rising nor falling: the order of IDs decides, too.
      event.event_id = `$${(this.#made * 7919) % 1000}-${this.#made}:${domainOf(event.sender)}`;
    }
    return event;
  }

  idOf(event: Pdu): string {
    return eventIdOf(event, this.rules);
  }
}
