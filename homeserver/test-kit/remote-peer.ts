import { expect } from 'chai';
import type { JsonObject } from '../src/protocol/canonical-json.ts';
import type { Pdu } from '../src/protocol/events.ts';
import { contentHash, eventIdOf, signingBytes } from '../src/protocol/hashing.ts';
import {
  type RoomVersionRules,
  roomVersionRules,
  supportedRoomVersions,
} from '../src/protocol/room-versions.ts';
import { addSignature, signBytes } from '../src/protocol/signing.ts';
import { pduFromWire, pduToWire } from '../src/protocol/wire.ts';
import type { FakeHomeserver, Receiver } from './fake-homeserver.ts';
import type { TestResponse } from './test-user.ts';

const VERSIONS = supportedRoomVersions.map((version) => `ver=${version}`).join('&');
let lastTransaction = 0;

/** How a user of a fake homeserver comes into a room, or goes. */
export interface Handshake {
  readonly roomId: string;
  readonly userId: string;
  /** As in the paths: `join`, `knock`, `leave`. */
  readonly kind: 'join' | 'knock' | 'leave';
}

/** A member event that was completed and signed, and where it goes. */
export interface CompletedEvent {
  readonly eventId: string;
  readonly json: JsonObject;
}

/** A room in which only one user of a fake homeserver talks, as far as that has to know it. */
export interface PeerRoom {
  readonly roomId: string;
  readonly sender: string;
  readonly rules: RoomVersionRules;
  readonly authEvents: readonly string[];
  newest: string;
  depth: number;
}

/** A fake homeserver as it deals with a server under test. */
export class RemotePeer {
  readonly #fake: FakeHomeserver;
  readonly #server: Receiver;

  constructor(fake: FakeHomeserver, server: Receiver) {
    this.#fake = fake;
    this.#server = server;
  }

  /** Asks for a member event. */
  make({ roomId, userId, kind }: Handshake, query = `?${VERSIONS}`): Promise<TestResponse> {
    const path = `/_matrix/federation/v1/make_${kind}/${encodeURIComponent(roomId)}/${encodeURIComponent(userId)}`;
    return this.request('GET', path + (kind === 'leave' ? '' : query));
  }

  /** Hashes, names and signs what `make` answered, with what the test changes. */
  complete({ body }: TestResponse, changes: Partial<Pdu> = {}): CompletedEvent {
    const rules = roomVersionRules(body.room_version ?? '1');
    if (rules === undefined) throw new Error(`no room version in ${JSON.stringify(body)}`);
    const { origin: _origin, ...template } = body.event;
    return this.sign({ ...template, hashes: { sha256: '' }, signatures: {}, ...changes }, rules);
  }

  /** Hashes, names and signs an event in its wire form. */
  sign(draft: JsonObject, rules: RoomVersionRules): CompletedEvent {
    const named =
      rules.eventIdFormat === 'in-event' ? { event_id: `$e${++lastTransaction}:${this.#fake.name}` } : {};
    const pdu = pduFromWire({ ...named, ...draft }, rules);
    const hashed = { ...pdu, hashes: { sha256: contentHash(pdu, rules) } };
    const { keyId } = this.#fake.key;
    const signature = signBytes(signingBytes(hashed, rules), this.#fake.key);
    const signed = addSignature(hashed, this.#fake.name, keyId, signature);
    return { eventId: eventIdOf(signed, rules), json: pduToWire(signed, rules) };
  }

  /** Hands a member event over. */
  hand({ roomId, kind }: Handshake, { eventId, json }: CompletedEvent, query = ''): Promise<TestResponse> {
    const version = kind === 'knock' ? 'v1' : 'v2';
    const ids = `${encodeURIComponent(roomId)}/${encodeURIComponent(eventId)}`;
    return this.request('PUT', `/_matrix/federation/${version}/send_${kind}/${ids}${query}`, json);
  }

  /** Brings a user into a room. @returns the join, and what the server under test tells of the room. */
  async join(roomId: string, userId: string): Promise<{ eventId: string; body: TestResponse['body'] }> {
    const handshake: Handshake = { roomId, userId, kind: 'join' };
    const made = await this.make(handshake);
    expect(made.status, JSON.stringify(made.body)).to.equal(200);
    const event = this.complete(made);
    const sent = await this.hand(handshake, event);
    expect(sent.status, JSON.stringify(sent.body)).to.equal(200);
    return { eventId: event.eventId, body: sent.body };
  }

  /** As `join`, for a user who only talks there, in a room of version 12. */
  async enter(roomId: string, sender: string): Promise<PeerRoom> {
    const { eventId, body } = await this.join(roomId, sender);
    const rules = roomVersionRules('12');
    if (rules === undefined) throw new Error('there is no room version 12');
    // What a message is based on is what its sender's join was based on first of all: the levels, and the join.
    const [levels] = body.event.auth_events;
    return { roomId, sender, rules, authEvents: [levels, eventId], newest: eventId, depth: body.event.depth };
  }

  /** The next message of a room. */
  message(room: PeerRoom, content: JsonObject): CompletedEvent {
    room.depth += 1;
    const event = this.sign(
      {
        type: 'm.room.message',
        room_id: room.roomId,
        sender: room.sender,
        content: { msgtype: 'm.text', ...content },
        prev_events: [room.newest],
        auth_events: [...room.authEvents],
        depth: room.depth,
        origin_server_ts: Date.now(),
        hashes: { sha256: '' },
        signatures: {},
      },
      room.rules,
    );
    room.newest = event.eventId;
    return event;
  }

  /** Sends a transaction. */
  send(
    { pdus = [], edus = [] }: { readonly pdus?: readonly unknown[]; readonly edus?: readonly object[] },
    txnId = `t${++lastTransaction}`,
  ): Promise<TestResponse> {
    const body = { origin: this.#fake.name, origin_server_ts: Date.now(), pdus, edus };
    return this.request('PUT', `/_matrix/federation/v1/send/${txnId}`, body);
  }

  /** Any request, signed. */
  request(method: string, path: string, body?: unknown): Promise<TestResponse> {
    return this.#fake.request(this.#server, method, path, body);
  }
}
