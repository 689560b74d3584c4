import type { JsonObject } from './canonical-json.ts';
import type { Pdu } from './events.ts';
import { eventIdOf, roomIdOfCreate } from './hashing.ts';
import { type RoomVersionRules, roomVersionRules } from './room-versions.ts';

/** Rooms and events for this folder's tests. */

/** The rules of a room version that exists. */
export function rulesOf(version: string): RoomVersionRules {
  const rules = roomVersionRules(version);
  if (rules === undefined) throw new Error(`No room version ${version}`);
  return rules;
}

/** An event with plain values for whatever is not given. */
export function makePdu(given: Partial<Pdu> = {}): Pdu {
  return {
    type: 'm.room.message',
    room_id: '!room:a.test',
    sender: '@alice:a.test',
    content: {},
    prev_events: [],
    auth_events: [],
    depth: 1,
    origin_server_ts: 1000,
    hashes: { sha256: 'aGFzaA' },
    signatures: {},
    ...given,
  };
}

/** A room whose state is set without being authorised; Alice of a.test is its creator and has joined. */
export class FixtureRoom {
  readonly rules: RoomVersionRules;
  readonly create: Pdu;
  readonly roomId: string;
  readonly #state = new Map<string, Pdu>();
  #events = 0;

  constructor(version: string, createContent: JsonObject = {}) {
    this.rules = rulesOf(version);
    const content: JsonObject = { room_version: version, ...createContent };
    if (!this.rules.creatorIsSender) content.creator ??= '@alice:a.test';
    const create = makePdu({ type: 'm.room.create', state_key: '', content });
    if (this.rules.roomIdIsCreateHash) delete create.room_id;
    if (this.rules.eventIdFormat === 'in-event') create.event_id = '$create:a.test';
    this.create = create;
    this.roomId = roomIdOfCreate(create, this.rules);
    this.#state.set('m.room.create\0', create);
    this.set('m.room.member', '@alice:a.test', { membership: 'join' });
  }

  /** An event of this room that is not in its state. */
  event(given: Partial<Pdu>): Pdu {
    this.#events += 1;
    const event = makePdu({ room_id: this.roomId, depth: this.#events + 1, ...given });
    if (this.rules.eventIdFormat === 'in-event') {
      event.event_id ??= `$e${this.#events}:${event.sender.slice(event.sender.indexOf(':') + 1)}`;
    }
    return event;
  }

  /** A membership event of this room that is not in its state. */
  member(sender: string, target: string, membership: string, content: JsonObject = {}): Pdu {
    return this.event({
      type: 'm.room.member',
      sender,
      state_key: target,
      content: { membership, ...content },
    });
  }

  /** Puts an event into the state. */
  set(type: string, stateKey: string, content: JsonObject, sender = '@alice:a.test'): Pdu {
    const event = this.event({ type, state_key: stateKey, content, sender });
    this.#state.set(`${type}\0${stateKey}`, event);
    return event;
  }

  /** Makes a user's membership what is given, by the user. */
  setMember(userId: string, membership: string): Pdu {
    return this.set('m.room.member', userId, { membership }, userId);
  }

  readonly lookup = (type: string, stateKey: string): Pdu | undefined =>
    this.#state.get(`${type}\0${stateKey}`);

  idOf(event: Pdu): string {
    return eventIdOf(event, this.rules);
  }
}
