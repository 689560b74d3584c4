import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { type AuthSelectionInput, authEventKeys } from '../src/protocol/event-auth/index.ts';
import type { Pdu } from '../src/protocol/events.ts';
import { contentHash, eventIdOf, roomIdOf, signingBytes } from '../src/protocol/hashing.ts';
import { domainOf } from '../src/protocol/identifiers.ts';
import { type RoomVersionRules, roomVersionRules } from '../src/protocol/room-versions.ts';
import { addSignature, generateSigningKey, signBytes } from '../src/protocol/signing.ts';
import { stateMapKey } from '../src/protocol/state-resolution/index.ts';
import { pduToWire } from '../src/protocol/wire.ts';
import { FakeHomeserver } from './fake-homeserver.ts';
import { freePort } from './server-process.ts';
import type { TestNetwork } from './test-network.ts';

/** How large a room is. */
export interface RoomSize {
  /** Who are in it, the founder included. */
  readonly members: number;
  /** Pieces of state that are no memberships, beside what every room begins with. */
  readonly others: number;
  /** All pieces of state: the rest of them are memberships of those who have left. */
  readonly stateEvents: number;
  /** Servers that the members are on, evenly. */
  readonly servers: number;
}

interface MadeEvent {
  readonly eventId: string;
  readonly json: JsonObject;
}

const VERSION = '12';
/** So that one member is not like the other, and an event has the size of one from the wild. */
const AVATAR = 'mxc://media.example.org/';

/**
 * A public room with many members and much state, as it stands after years, made at once and signed by the fake servers
 * that its members are on. The first of these lets other servers in, and hands them all of the state.
 */
export class LargeRoom {
  readonly rules: RoomVersionRules;
  readonly name = 'The large room';
  readonly #founder: FakeHomeserver;
  readonly #servers: ReadonlyMap<string, FakeHomeserver>;
  /** As `stateMapKey` has it, to the event. */
  readonly #state = new Map<string, MadeEvent>();
  /** State that was replaced: what followed is based on it. */
  readonly #replaced: MadeEvent[] = [];
  #roomId = '';
  #newest: string[] = [];
  #depth = 0;

  private constructor(servers: readonly FakeHomeserver[], rules: RoomVersionRules) {
    const [founder] = servers;
    if (founder === undefined) throw new Error('a room wants a server');
    this.#founder = founder;
    this.#servers = new Map(servers.map((server) => [server.name, server]));
    this.rules = rules;
  }

  /** Starts the servers and makes the room. @returns it, and how its servers are stopped. */
  static async create(
    network: TestNetwork,
    { members, others, stateEvents, servers: count }: RoomSize,
  ): Promise<{ room: LargeRoom; stop: () => Promise<void> }> {
    const rules = roomVersionRules(VERSION);
    if (rules === undefined) throw new Error(`there is no room version ${VERSION}`);
    const servers: FakeHomeserver[] = [];
    for (let at = 0; at < count; at += 1) {
      const key = generateSigningKey(Buffer.alloc(32, at + 1));
      servers.push(await FakeHomeserver.start(network, `localhost:${await freePort()}`, key));
    }
    const room = new LargeRoom(servers, rules);
    room.#begin();
    for (let at = 0; at < others; at += 1) {
      room.#add(room.#creator, 'org.example.piece', `piece${at}`, { is: `piece ${at} of the room's state` });
    }
    for (let at = 1; room.#state.size < stateEvents; at += 1) {
      const userId = `@member${at}:${servers[at % count]?.name}`;
      room.#join(userId, `Member ${at}`);
      if (at >= members) room.#add(userId, 'm.room.member', userId, { membership: 'leave' });
    }
    room.#letIn();
    return { room, stop: async () => void (await Promise.all(servers.map((server) => server.stop()))) };
  }

  get roomId(): string {
    return this.#roomId;
  }

  /** The name of the server that lets others in. */
  get door(): string {
    return this.#founder.name;
  }

  get #creator(): string {
    return `@founder:${this.#founder.name}`;
  }

  #begin(): void {
    this.#add(this.#creator, 'm.room.create', '', { room_version: VERSION });
    this.#join(this.#creator, 'The founder');
    const levels = { users: {}, users_default: 0, state_default: 50, events_default: 0 };
    this.#add(this.#creator, 'm.room.power_levels', '', levels);
    this.#add(this.#creator, 'm.room.join_rules', '', { join_rule: 'public' });
    this.#add(this.#creator, 'm.room.history_visibility', '', { history_visibility: 'shared' });
    this.#add(this.#creator, 'm.room.name', '', { name: this.name });
    this.#add(this.#creator, 'm.room.topic', '', { topic: 'What everybody talks about' });
  }

  #join(userId: string, displayname: string): void {
    const avatar_url = `${AVATAR}${Buffer.from(userId).toString('base64url')}`;
    this.#add(userId, 'm.room.member', userId, { membership: 'join', displayname, avatar_url });
  }

  #add(sender: string, type: string, stateKey: string, content: JsonObject): void {
    const key = stateMapKey(type, stateKey);
    const before = this.#state.get(key);
    if (before !== undefined) this.#replaced.push(before);
    this.#state.set(key, this.#append(sender, { type, state_key: stateKey, content }));
  }

  #append(sender: string, input: Omit<AuthSelectionInput, 'sender'>): MadeEvent {
    this.#depth += 1;
    const isCreate = input.type === 'm.room.create';
    const draft: Pdu = {
      ...input,
      sender,
      ...(isCreate ? {} : { room_id: this.#roomId }),
      prev_events: this.#newest,
      auth_events: isCreate ? [] : this.#authorities(sender, input),
      depth: this.#depth,
      origin_server_ts: Date.now(),
      hashes: { sha256: '' },
      signatures: {},
    };
    const pdu = { ...draft, hashes: { sha256: contentHash(draft, this.rules) } };
    const server = this.#servers.get(domainOf(sender));
    if (server === undefined) throw new Error(`${sender} is on none of the servers`);
    const signature = signBytes(signingBytes(pdu, this.rules), server.key);
    const signed = addSignature(pdu, server.name, server.key.keyId, signature);
    const eventId = eventIdOf(signed, this.rules);
    if (isCreate) this.#roomId = roomIdOf(signed, this.rules);
    this.#newest = [eventId];
    return { eventId, json: pduToWire(signed, this.rules) };
  }

  #authorities(sender: string, input: Omit<AuthSelectionInput, 'sender'>): string[] {
    return authEventKeys({ ...input, sender }, this.rules).flatMap(
      ([type, key]) => this.#state.get(stateMapKey(type, key))?.eventId ?? [],
    );
  }

  /** Answers those who want to come in. */
  #letIn(): void {
    this.#founder.answer('GET', '/_matrix/federation/v1/make_join/{roomId}/{userId}', ({ params }) => {
      const userId = params.userId ?? '';
      const input = { type: 'm.room.member', state_key: userId, content: { membership: 'join' } };
      const event = {
        ...input,
        sender: userId,
        room_id: this.#roomId,
        prev_events: [...this.#newest],
        auth_events: this.#authorities(userId, input),
        depth: this.#depth + 1,
        origin_server_ts: Date.now(),
        origin: domainOf(userId),
      };
      return { room_version: VERSION, event };
    });
    this.#founder.answer('PUT', '/_matrix/federation/v2/send_join/{roomId}/{eventId}', ({ body, params }) => {
      this.#newest = [params.eventId ?? ''];
      this.#depth = body.depth;
      const state = [...this.#state.values()].map(({ json }) => json);
      // All that authority comes from beside former memberships is at the beginning of the room.
      const authChain = [...state.slice(0, 4), ...this.#replaced.map(({ json }) => json)];
      return {
        event: body,
        members_omitted: false,
        origin: this.#founder.name,
        state,
        auth_chain: authChain,
      };
    });
  }
}
