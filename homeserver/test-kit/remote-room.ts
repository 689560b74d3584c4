import type { JsonObject } from '../src/protocol/canonical-json.ts';
import { authEventKeys, authorizeEvent } from '../src/protocol/event-auth/index.ts';
import { isState, type Pdu, type StatePdu } from '../src/protocol/events.ts';
import { contentHash, eventIdOf, roomIdOf, signingBytes } from '../src/protocol/hashing.ts';
import { domainOf } from '../src/protocol/identifiers.ts';
import { parseJson } from '../src/protocol/json-numbers.ts';
import { type RoomVersionRules, roomVersionRules } from '../src/protocol/room-versions.ts';
import { addSignature, generateSigningKey, signBytes, verifyBytes } from '../src/protocol/signing.ts';
import {
  resolveState,
  type StateMap,
  stateMapKey,
  walkingSource,
} from '../src/protocol/state-resolution/index.ts';
import { pduToWire } from '../src/protocol/wire.ts';
import { type MissingEvents, Room, type RoomsContext, type SigningKeys } from '../src/rooms/index.ts';
import { entryOf, RoomWriter } from '../src/rooms/room-writer.ts';
import { EMPTY_SNAPSHOT, EventStatus, type Storage } from '../src/storage/index.ts';

/** The server that the other side of these rooms is on. */
export const REMOTE = 'remote.test';
let created = 0;
/** With which that server signs. */
export const REMOTE_KEY = generateSigningKey(Buffer.alloc(32, 7), 'remote');

/** Keys that know the remote server, and no other. */
export const remoteKeys: SigningKeys = {
  verify: async ({ serverName, signatures, message }) =>
    serverName === REMOTE &&
    verifyBytes(message, signatures[REMOTE_KEY.keyId] ?? '', REMOTE_KEY.publicKeyBase64),
};

/** Keys that take the remote server's signature for that of any server. */
export const anyKeys: SigningKeys = {
  verify: async ({ signatures, message }) =>
    verifyBytes(message, signatures[REMOTE_KEY.keyId] ?? '', REMOTE_KEY.publicKeyBase64),
};

/** What somebody on the remote server sends. Without a time it is later than all events before. */
export interface RemoteSending {
  readonly type: string;
  readonly sender: string;
  readonly stateKey?: string;
  readonly content?: JsonObject;
  /** At the top level of a redaction, before room version 11. */
  readonly redacts?: string;
  readonly at?: number;
}

/**
 * A room as another server sees it, which sends to any moment of its history and works out by itself what the state
 * there is. Nothing of it reaches the server under test until the test hands it over.
 */
export class RemoteRoom implements MissingEvents {
  readonly roomId: string;
  readonly rules: RoomVersionRules;
  /** What was asked for, in order. */
  readonly asked: string[][] = [];
  /** Whether it says what the state before an event is. */
  tellsStates = false;
  /** Events that are not handed out when asked for. */
  readonly withheld = new Set<string>();
  readonly #events = new Map<string, Pdu>();
  readonly #statesAfter = new Map<string, StateMap>();
  readonly #rejected = new Set<string>();
  #newest = '';

  private constructor(roomId: string, rules: RoomVersionRules) {
    this.roomId = roomId;
    this.rules = rules;
  }

  /** The remote's copy of a room whose history has not forked yet. */
  static async of(storage: Storage, roomId: string): Promise<RemoteRoom> {
    const row = await storage.rooms.byId(roomId);
    const rules = roomVersionRules(row?.roomVersion ?? '');
    if (row === undefined || rules === undefined) throw new Error(`no room ${roomId}`);
    const room = new RemoteRoom(roomId, rules);
    const placed = await storage.log.forward(row.nid, 0, Number.MAX_SAFE_INTEGER, 10_000);
    for (const { eventId, pdu } of await storage.events.getAll(placed.map(({ nid }) => nid))) {
      await room.learn(eventId, pdu);
    }
    return room;
  }

  /** A room that the remote server made, with its creator in it, which is `@creator`. */
  static async create(version: string): Promise<RemoteRoom> {
    const rules = roomVersionRules(version);
    if (rules === undefined) throw new Error(`no room version ${version}`);
    const sender = `@creator:${REMOTE}`;
    const content = { room_version: version, ...(rules.creatorIsSender ? {} : { creator: sender }) };
    created += 1;
    const drafting = new RemoteRoom(`!room${created}:${REMOTE}`, rules);
    const { room_id: roomId, ...draft } = await drafting.draft([], {
      type: 'm.room.create',
      sender,
      stateKey: '',
      content,
    });
    const create = drafting.sign({
      ...draft,
      ...(rules.roomIdIsCreateHash ? {} : { room_id: roomId }),
    } as Pdu);
    const room = new RemoteRoom(roomIdOf(create, rules), rules);
    await room.learn(eventIdOf(create, rules), create);
    await room.join([room.newest], sender);
    return room;
  }

  /** The IDs of all events, oldest first. */
  get eventIds(): string[] {
    return [...this.#events.keys()];
  }

  /** Somebody joins. @returns the event's ID. */
  join(after: readonly string[], userId: string): Promise<string> {
    const content = { membership: 'join' };
    return this.send(after, { type: 'm.room.member', sender: userId, stateKey: userId, content });
  }

  /** The event that was learnt or sent last. */
  get newest(): string {
    return this.#newest;
  }

  /** Takes in an event of the server under test. */
  async learn(eventId: string, pdu: Pdu): Promise<void> {
    const before = await this.stateAfter(pdu.prev_events);
    const lookup = (type: string, key: string) => this.#events.get(before.get(stateMapKey(type, key)) ?? '');
    const isAllowed = authorizeEvent(pdu, lookup, this.rules).allowed;
    if (!isAllowed) this.#rejected.add(eventId);
    const after = new Map(before);
    if (isState(pdu) && isAllowed) after.set(stateMapKey(pdu.type, pdu.state_key), eventId);
    this.#events.set(eventId, pdu);
    this.#statesAfter.set(eventId, after);
    this.#newest = eventId;
  }

  /** Sends an event after others; whether the rules allow it is the receiver's business. @returns its ID. */
  async send(after: readonly string[], sending: RemoteSending): Promise<string> {
    const pdu = this.sign(await this.draft(after, sending));
    const eventId = eventIdOf(pdu, this.rules);
    await this.learn(eventId, pdu);
    return eventId;
  }

  /** An event without hash and signature. */
  async draft(after: readonly string[], sending: RemoteSending): Promise<Pdu> {
    const { type, sender, stateKey, content = {}, redacts } = sending;
    const state = await this.stateAfter(after);
    const input = { type, sender, content, ...(stateKey === undefined ? {} : { state_key: stateKey }) };
    const authEvents = authEventKeys(input, this.rules).map(([of, key]) => state.get(stateMapKey(of, key)));
    const depths = after.map((eventId) => this.pdu(eventId).depth);
    return {
      ...input,
      room_id: this.roomId,
      prev_events: [...after],
      auth_events: authEvents.filter((eventId) => eventId !== undefined),
      depth: Math.max(0, ...depths) + 1,
      origin_server_ts: sending.at ?? Date.now() + this.#events.size,
      hashes: { sha256: '' },
      signatures: {},
      ...(redacts === undefined ? {} : { redacts }),
      ...(this.rules.eventIdFormat === 'in-event'
        ? { event_id: `$${this.#events.size}${this.roomId.slice(1).split(':')[0]}:${domainOf(sender)}` }
        : {}),
    };
  }

  /** The event with its hash and the signature of its sender's server. */
  sign(draft: Pdu): Pdu {
    const pdu = { ...draft, hashes: { sha256: contentHash(draft, this.rules) } };
    return addSignature(
      pdu,
      domainOf(pdu.sender),
      REMOTE_KEY.keyId,
      signBytes(signingBytes(pdu, this.rules), REMOTE_KEY),
    );
  }

  /** Whether the state before an event does not allow it. */
  isRejected(eventId: string): boolean {
    return this.#rejected.has(eventId);
  }

  pdu(eventId: string): Pdu {
    const pdu = this.#events.get(eventId);
    if (pdu === undefined) throw new Error(`the remote has no ${eventId}`);
    return pdu;
  }

  /** An event as it comes over the wire. */
  json(eventId: string): unknown {
    return parseJson(JSON.stringify(pduToWire(this.pdu(eventId), this.rules)));
  }

  /** The state where several events meet, as event IDs. */
  async stateAfter(eventIds: readonly string[]): Promise<StateMap> {
    const states = eventIds.map((eventId) => this.#statesAfter.get(eventId) ?? new Map<string, string>());
    const [first = new Map()] = states;
    return states.length < 2 ? first : resolveState(states, this.rules, walkingSource(this.#load));
  }

  /**
   * The state where some events meet, with all that it is based on, as servers give it.
   *
   * @param isWanted which events of the state; the auth chain has the others where they matter.
   */
  async foreignState(
    eventIds: readonly string[],
    isWanted: (pdu: Pdu) => boolean = () => true,
  ): Promise<{ state: unknown[]; authChain: unknown[] }> {
    const ids = [...(await this.stateAfter(eventIds)).values()].filter((id) => isWanted(this.pdu(id)));
    const chain = new Set<string>();
    for (const eventId of ids) {
      const pending = [...this.pdu(eventId).auth_events];
      for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
        if (!chain.has(id)) pending.push(...this.pdu(id).auth_events);
        chain.add(id);
      }
    }
    const json = (eventId: string) => this.json(eventId);
    return { state: ids.map(json), authChain: [...chain].map(json) };
  }

  async stateBefore(_roomId: string, eventId: string) {
    return this.tellsStates ? this.foreignState(this.pdu(eventId).prev_events) : undefined;
  }

  async fetch(_roomId: string, eventIds: readonly string[]): Promise<unknown[]> {
    this.asked.push([...eventIds]);
    const had = eventIds.filter((eventId) => this.#events.has(eventId) && !this.withheld.has(eventId));
    return had.map((eventId) => this.json(eventId));
  }

  readonly #load = async (eventIds: readonly string[]) =>
    new Map(
      eventIds.flatMap((eventId) => {
        const pdu = this.#events.get(eventId);
        if (pdu === undefined) return [];
        return [[eventId, { eventId, pdu: pdu as StatePdu, rejected: this.#rejected.has(eventId) }] as const];
      }),
    );
}

/** Makes a room of the remote server known to the server under test: its create event, and nothing else yet. */
export async function adoptRoom(
  context: RoomsContext,
  remote: Pick<RemoteRoom, 'roomId' | 'rules' | 'eventIds' | 'pdu'>,
): Promise<void> {
  const { ids, storage } = context;
  const { roomId, rules } = remote;
  const empty = { version: 0, extremities: [], depth: 0, snapshotNid: 0, blocks: EMPTY_SNAPSHOT };
  const room = new Room({ nid: await ids.room.next(), roomId, rules }, null, false, empty);
  const writer = new RoomWriter(context, room);
  const [eventId = ''] = remote.eventIds;
  const pdu = remote.pdu(eventId);
  const strings = await writer.intern(pdu);
  const event = {
    nid: await ids.event.next(),
    eventId,
    roomNid: room.nid,
    pdu,
    snapshotNid: 0,
    status: EventStatus.Accepted,
    replacesNid: null,
    redactedBy: null,
  };
  const entry = entryOf(event, strings);
  if (entry === undefined) throw new Error('a create event is state');
  await writer.insert(event, strings, JSON.stringify(pdu), 0);
  writer.setState(event);
  const after = await writer.snapshots.change({ nid: 0, blocks: EMPTY_SNAPSHOT }, [entry]);
  writer.appendToTimeline(event, strings.stateKeyNid, [{ nid: event.nid, eventId }], after);
  const { head } = writer;
  const unit = writer.finishNew();
  const extremities = [event.nid];
  const { version: roomVersion } = rules;
  storage.rooms.insert(unit, {
    ...head,
    nid: room.nid,
    roomId,
    roomVersion,
    extremities,
    roomType: null,
    listed: false,
  });
  unit.onCommit(() => {
    room.head = head;
    context.registry.add(room);
  });
  await storage.database.commit(unit);
}
