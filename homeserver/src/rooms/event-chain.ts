import type { JsonObject } from '../protocol/canonical-json.ts';
import { forbidden } from '../protocol/errors.ts';
import { authEventKeys, authorizeEvent, redactionApplies } from '../protocol/event-auth/index.ts';
import { type Pdu, redactsOf } from '../protocol/events.ts';
import { domainOf } from '../protocol/identifiers.ts';
import { MAX_DEPTH } from '../protocol/limits.ts';
import { redactPdu } from '../protocol/redaction.ts';
import {
  blocksAfter,
  type Committed,
  LogKind,
  layerChange,
  type Membership,
  type StateEntry,
  type StoredEvent,
  type TransactionKey,
  UnitOfWork,
} from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import { type Room, type RoomHead, stateKeyOf } from './room.ts';
import { sameContent } from './same-content.ts';
import { sealEvent } from './seal-event.ts';

/** An event as a command wants it; the chain adds what makes it part of the room. */
export interface EventDraft {
  readonly type: string;
  readonly sender: string;
  /** Present for a state event. */
  readonly stateKey?: string;
  readonly content: JsonObject;
  /** Milliseconds since the Unix epoch; now unless given. */
  readonly originServerTs?: number;
  /** The event that an `m.room.redaction` redacts. */
  readonly redacts?: string;
  /** The client's transaction, remembered with the event. */
  readonly transaction?: TransactionKey;
}

/** Blocks up to this many entries stay in memory with their room. */
const REMEMBERED_BLOCK = 256;

/**
 * Builds events one upon another for one room, and the unit that stores them together or not at all. Each is
 * authorised against the state that those before it leave.
 *
 * Follows the specification's steps for a new event: prev_events are the forward extremities, auth_events the
 * selection from current state (Server-Server API v1.19, "Auth events selection"), then hash, then sign.
 */
export class EventChain {
  readonly unit = new UnitOfWork();
  readonly events: StoredEvent[] = [];
  /** What the room's head will be once the unit is committed. */
  head: RoomHead;
  readonly #context: RoomsContext;
  readonly #room: Room;
  /** State set by this chain, before it is committed. */
  readonly #state = new Map<string, StoredEvent>();
  readonly #blocks = new Map<number, readonly StateEntry[]>();
  readonly #sizes = new Map<number, number>();
  readonly #afterCommit: (() => void)[] = [];

  constructor(context: RoomsContext, room: Room) {
    this.#context = context;
    this.#room = room;
    this.head = room.head;
  }

  /** Whether the chain changes the room's state, so that the next event has to wait for it. */
  get changesState(): boolean {
    return this.#state.size > 0 || this.#afterCommit.length > 0;
  }

  /** The state event that holds a type and state key, with what this chain has set so far. */
  async stateEvent(type: string, stateKey = ''): Promise<StoredEvent | undefined> {
    const key = stateKeyOf(type, stateKey);
    const known = this.#state.get(key) ?? this.#room.state.get(key);
    if (known !== undefined || type !== 'm.room.member') return known;
    const member = this.#room.members.get(stateKey);
    const event = member === undefined ? undefined : await this.#context.storage.events.get(member.eventNid);
    if (event === undefined || event.redactedBy === null) return event;
    return { ...event, pdu: redactPdu(event.pdu, this.#room.rules) };
  }

  /**
   * Builds the next event.
   *
   * @throws MatrixError 403 `M_FORBIDDEN` with the rule that refuses it, 400 `M_BAD_JSON` for content without a
   * canonical form, 413 `M_TOO_LARGE`.
   */
  async append(draft: EventDraft): Promise<StoredEvent> {
    const { ids, storage } = this.#context;
    const authState = await this.#authState(draft);
    const pdu = this.#shape(draft, authState);
    const decision = authorizeEvent(pdu, lookupIn(authState), this.#room.rules);
    if (!decision.allowed) throw forbidden(decision.reason);

    const { serverName, signingKeyId } = this.#context;
    const built = sealEvent(pdu, this.#room.rules, serverName, signingKeyId);
    // Only now: what is refused leaves nothing behind.
    const known = await storage.strings.internAll(
      [draft.type, draft.sender, draft.stateKey].filter((text) => text !== undefined),
    );
    const replaced =
      draft.stateKey === undefined ? undefined : await this.stateEvent(draft.type, draft.stateKey);
    const event: StoredEvent = {
      nid: await ids.event.next(),
      eventId: built.eventId,
      roomNid: this.#room.nid,
      // The signature is made on the way to the disk: who needs it reads the stored JSON.
      pdu: built.pdu,
      snapshotNid: this.head.snapshotNid,
      status: 0,
      replacesNid: replaced?.nid ?? null,
      redactedBy: null,
    };
    const typeNid = known.get(draft.type) ?? 0;
    const stateKeyNid = draft.stateKey === undefined ? null : (known.get(draft.stateKey) ?? 0);
    storage.events.insert(this.unit, {
      ...event,
      typeNid,
      stateKeyNid,
      senderNid: known.get(draft.sender) ?? 0,
      originServerTs: pdu.origin_server_ts,
      json: built.json,
    });
    this.#sizes.set(event.nid, built.bytes);
    this.unit.append({
      kind: LogKind.Event,
      room: this.#room.nid,
      ref: event.nid,
      ...(draft.type === 'm.room.member' && stateKeyNid !== null ? { user: stateKeyNid } : {}),
    });
    if (draft.transaction !== undefined) {
      storage.transactions.insert(this.unit, draft.transaction, event.nid, pdu.origin_server_ts);
    }
    await this.#moveHead(event, typeNid, stateKeyNid);
    if (draft.type === 'm.room.redaction') await this.#redact(event, lookupIn(authState));
    this.events.push(event);
    return event;
  }

  /**
   * Builds a state event, or gives back the present one when the same user would only say the same again.
   *
   * @throws MatrixError as `append`.
   */
  async appendState(draft: EventDraft & { readonly stateKey: string }): Promise<StoredEvent> {
    const before = await this.stateEvent(draft.type, draft.stateKey);
    const isRepeated = before?.pdu.sender === draft.sender && sameContent(before.pdu.content, draft.content);
    return isRepeated ? before : this.append(draft);
  }

  /** Ends the chain: the unit moves the room's head, and memory follows when it is committed. */
  finish(): UnitOfWork {
    const { head, unit } = this;
    unit.moveHead({
      roomNid: this.#room.nid,
      expectedVersion: this.#room.head.version,
      version: head.version,
      extremities: head.extremities.map((extremity) => extremity.nid),
      depth: head.depth,
      snapshotNid: head.snapshotNid,
    });
    return this.finishNew();
  }

  /** As `finish`, for a room whose row is in the unit itself. */
  finishNew(): UnitOfWork {
    return this.unit.onCommit((committed) => this.#apply(committed));
  }

  /** The events that the next one is authorised by, and nothing else. */
  async #authState(draft: EventDraft): Promise<Map<string, StoredEvent>> {
    const input = { type: draft.type, sender: draft.sender, content: draft.content };
    const keys = authEventKeys(
      draft.stateKey === undefined ? input : { ...input, state_key: draft.stateKey },
      this.#room.rules,
    );
    const found = new Map<string, StoredEvent>();
    for (const [type, stateKey] of [['m.room.create', ''] as const, ...keys]) {
      const event = await this.stateEvent(type, stateKey);
      if (event !== undefined) found.set(stateKeyOf(type, stateKey), event);
    }
    return found;
  }

  #shape(draft: EventDraft, authState: ReadonlyMap<string, StoredEvent>): Pdu {
    const { rules, roomId } = this.#room;
    const isCreate = draft.type === 'm.room.create';
    const authIds = [...authState.entries()]
      .filter(([key]) => !(rules.roomIdIsCreateHash && key === stateKeyOf('m.room.create', '')))
      .map(([, event]) => event.eventId);
    const redacts = draft.redacts;
    return {
      type: draft.type,
      ...(isCreate && rules.roomIdIsCreateHash ? {} : { room_id: roomId }),
      sender: draft.sender,
      ...(draft.stateKey === undefined ? {} : { state_key: draft.stateKey }),
      content:
        redacts !== undefined && rules.redactsInContent ? { ...draft.content, redacts } : draft.content,
      ...(redacts !== undefined && !rules.redactsInContent ? { redacts } : {}),
      prev_events: this.head.extremities.map((extremity) => extremity.eventId),
      auth_events: authIds,
      depth: Math.min(this.head.depth + 1, MAX_DEPTH),
      origin_server_ts: draft.originServerTs ?? this.#context.clock.now(),
      hashes: { sha256: '' },
      signatures: {},
    };
  }

  async #moveHead(event: StoredEvent, typeNid: number, stateKeyNid: number | null): Promise<void> {
    let { snapshotNid, blocks } = this.head;
    if (stateKeyNid !== null) {
      const { ids, storage } = this.#context;
      const change = await layerChange({ typeNid, stateKeyNid, eventNid: event.nid }, (tier) =>
        this.#tierEntries(tier),
      );
      const blockNid = await ids.block.next();
      snapshotNid = await ids.snapshot.next();
      blocks = blocksAfter(blocks, change.tier, blockNid);
      this.#blocks.set(blockNid, change.entries);
      storage.states.insertBlock(this.unit, blockNid, change.entries);
      storage.states.insertSnapshot(this.unit, snapshotNid, this.#room.nid, blocks);
      this.#setState(event);
    }
    this.head = {
      version: this.head.version + 1,
      extremities: [{ nid: event.nid, eventId: event.eventId }],
      depth: event.pdu.depth,
      snapshotNid,
      blocks,
    };
  }

  #tierEntries(tier: number): readonly StateEntry[] | Promise<StateEntry[]> {
    const blockNid = this.head.blocks[tier] ?? 0;
    if (blockNid === 0) return [];
    return (
      this.#blocks.get(blockNid) ??
      this.#room.blockEntries.get(blockNid) ??
      this.#context.storage.states.entriesOfBlock(blockNid)
    );
  }

  #setState(event: StoredEvent): void {
    const { type, state_key: stateKey = '', content } = event.pdu;
    this.#state.set(stateKeyOf(type, stateKey), event);
    if (type !== 'm.room.member') return;
    const userNid = this.#context.storage.strings.known(stateKey);
    if (userNid === undefined) throw new Error(`${stateKey} was not interned`);
    this.#context.storage.rooms.setMember(this.unit, this.#room.nid, {
      userNid,
      membership: content.membership as Membership,
      eventNid: event.nid,
    });
  }

  /** Applies a redaction to its target, when the sender may (Room version 3, "Handling redactions"). */
  async #redact(
    redaction: StoredEvent,
    state: (type: string, key: string) => Pdu | undefined,
  ): Promise<void> {
    const { storage } = this.#context;
    const { rules } = this.#room;
    const target = await storage.events.getById(redactsOf(redaction.pdu, rules) ?? '');
    if (target === undefined || target.roomNid !== this.#room.nid || target.redactedBy !== null) return;
    if (!redactionApplies(redaction.pdu, target.pdu, state, rules)) return;
    storage.events.markRedacted(this.unit, target.nid, redaction.nid);
    this.#afterCommit.push(() => {
      const key = stateKeyOf(target.pdu.type, target.pdu.state_key ?? '');
      if (this.#room.state.get(key)?.nid !== target.nid) return;
      const pdu = redactPdu(target.pdu, rules);
      this.#room.state.set(key, { ...target, pdu, redactedBy: redaction.nid });
    });
  }

  /** Brings the room in memory up to what was just committed. */
  #apply(_committed: Committed): void {
    const { storage, serverName, userRooms } = this.#context;
    const room = this.#room;
    for (const event of this.events) storage.events.remember(event, this.#sizes.get(event.nid) ?? 0);
    for (const [key, event] of this.#state) {
      const { type, state_key: userId = '', content } = event.pdu;
      if (type !== 'm.room.member') {
        room.state.set(key, event);
        continue;
      }
      const userNid = storage.strings.known(userId);
      if (userNid === undefined) throw new Error(`${userId} was not interned`);
      const membership = content.membership as Membership;
      room.setMember(userId, { userNid, membership, eventNid: event.nid }, domainOf(userId) === serverName);
      userRooms.set(userNid, { roomNid: room.nid, membership, eventNid: event.nid, forgotten: false });
    }
    for (const callback of this.#afterCommit) callback();
    for (const nid of room.blockEntries.keys())
      if (!this.head.blocks.includes(nid)) room.blockEntries.delete(nid);
    for (const [nid, entries] of this.#blocks) {
      if (this.head.blocks.includes(nid) && entries.length <= REMEMBERED_BLOCK)
        room.blockEntries.set(nid, entries);
    }
  }
}

function lookupIn(state: ReadonlyMap<string, StoredEvent>) {
  return (type: string, stateKey: string): Pdu | undefined => state.get(stateKeyOf(type, stateKey))?.pdu;
}
