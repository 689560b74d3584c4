import type { JsonObject } from '../protocol/canonical-json.ts';
import { forbidden } from '../protocol/errors.ts';
import { authEventKeys, authorizeEvent } from '../protocol/event-auth/index.ts';
import type { Pdu } from '../protocol/events.ts';
import { MAX_DEPTH } from '../protocol/limits.ts';
import { EventStatus, type StoredEvent, type TransactionKey, type UnitOfWork } from '../storage/index.ts';
import type { RoomsContext } from './context.ts';
import { nameEvent } from './name-event.ts';
import { sealForPolicyServer } from './policy/seal-for-policy-server.ts';
import { type Room, type RoomHead, type Snapshot, stateKeyOf } from './room.ts';
import { type EventStrings, entryOf, RoomWriter } from './room-writer.ts';
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
  readonly originServerTs?: number | undefined;
  /** The event that an `m.room.redaction` redacts. */
  readonly redacts?: string;
  /** For how long it sticks, in milliseconds. */
  readonly stickyMs?: number | undefined;
  /** The client's transaction, remembered with the event. */
  readonly transaction?: TransactionKey;
}

/**
 * Other servers take no event that follows more than this. The forward extremities that one cannot name stay, for the
 * next; the state it is authorised by is the current one, in which they count too.
 */
const MOST_PREV_EVENTS = 20;

/**
 * Builds events one upon another for one room, and the unit that stores them together or not at all. Each is
 * authorised against the state that those before it leave.
 *
 * Follows the specification's steps for a new event: prev_events are the forward extremities, auth_events the
 * selection from current state (Server-Server API v1.19, "Auth events selection"), then hash, then sign.
 */
export class EventChain {
  readonly events: StoredEvent[] = [];
  readonly #context: RoomsContext;
  readonly #room: Room;
  readonly #writer: RoomWriter;

  constructor(context: RoomsContext, room: Room) {
    this.#context = context;
    this.#room = room;
    this.#writer = new RoomWriter(context, room);
  }

  /** What is stored together; others may add to it. */
  get unit(): UnitOfWork {
    return this.#writer.unit;
  }

  /** What the room's head will be once the unit is committed. */
  get head(): RoomHead {
    return this.#writer.head;
  }

  /** Whether the chain changes the room's state, so that the next event has to wait for it. */
  get changesState(): boolean {
    return this.#writer.changesState;
  }

  /** The state event that holds a type and state key, with what this chain has set so far. */
  stateEvent(type: string, stateKey = ''): Promise<StoredEvent | undefined> {
    return this.#writer.stateEvent(type, stateKey);
  }

  /**
   * Builds the next event.
   *
   * @throws MatrixError 403 `M_FORBIDDEN` with the rule that refuses it, 400 `M_BAD_JSON` for content without a
   * canonical form, 413 `M_TOO_LARGE`; what the room's policy server refuses it with.
   */
  async append(draft: EventDraft): Promise<StoredEvent> {
    const { ids, storage } = this.#context;
    const authState = await this.#authState(draft);
    const pdu = await this.#name(this.#shape(draft, authState));
    const { serverName, signingKeyId } = this.#context;
    const sealed = sealEvent(pdu, this.#room.rules, serverName, signingKeyId);
    const decision = authorizeEvent(pdu, lookupIn(authState), this.#room.rules);
    if (!decision.allowed) throw forbidden(decision.reason);
    const built = await sealForPolicyServer(this.#context, this.#room, sealed);

    // Only now: what is refused leaves nothing behind.
    const strings = await this.#writer.intern(pdu);
    const replaced =
      draft.stateKey === undefined ? undefined : await this.stateEvent(draft.type, draft.stateKey);
    const event: StoredEvent = {
      nid: await ids.event.next(),
      eventId: built.eventId,
      roomNid: this.#room.nid,
      // The signature is made on the way to the disk: who needs it reads the stored JSON.
      pdu: built.pdu,
      snapshotNid: this.head.snapshotNid,
      status: EventStatus.Accepted,
      replacesNid: replaced?.nid ?? null,
      redactedBy: null,
    };
    await this.#writer.insert(event, strings, built.json, built.bytes);
    if (draft.transaction !== undefined) {
      storage.transactions.insert(this.#writer.unit, draft.transaction, event.nid, pdu.origin_server_ts);
    }
    await this.#moveHead(event, strings);
    if (draft.type === 'm.room.redaction') await this.#writer.redact(event, lookupIn(authState));
    this.events.push(event);
    return event;
  }

  /**
   * The next event as it would be built, without hash, ID and signature, and not part of the chain: for another server
   * to finish.
   *
   * @throws MatrixError 403 `M_FORBIDDEN` with the rule that refuses it.
   */
  async propose(draft: EventDraft): Promise<Pdu> {
    const authState = await this.#authState(draft);
    const { event_id: _ours, ...pdu } = await this.#name(this.#shape(draft, authState));
    const decision = authorizeEvent(pdu, lookupIn(authState), this.#room.rules);
    if (!decision.allowed) throw forbidden(decision.reason);
    return pdu;
  }

  /**
   * Builds a state event, or gives back the present one when the same user would only say the same again, and not for
   * longer.
   *
   * @throws MatrixError as `append`.
   */
  async appendState(draft: EventDraft & { readonly stateKey: string }): Promise<StoredEvent> {
    const before = await this.stateEvent(draft.type, draft.stateKey);
    const isRepeated =
      draft.stickyMs === undefined &&
      before?.pdu.sender === draft.sender &&
      sameContent(before.pdu.content, draft.content);
    return isRepeated ? before : this.append(draft);
  }

  /** Ends the chain: the unit moves the room's head, and memory follows when it is committed. */
  finish(): UnitOfWork {
    return this.#writer.finish();
  }

  /** As `finish`, for a room whose row is in the unit itself. */
  finishNew(): UnitOfWork {
    return this.#writer.finishNew();
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
      ...(draft.stickyMs === undefined ? {} : { msc4354_sticky: { duration_ms: draft.stickyMs } }),
      prev_events: this.head.extremities.slice(0, MOST_PREV_EVENTS).map((extremity) => extremity.eventId),
      auth_events: authIds,
      depth: Math.min(this.head.depth + 1, MAX_DEPTH),
      origin_server_ts: draft.originServerTs ?? this.#context.clock.now(),
      hashes: { sha256: '' },
      signatures: {},
    };
  }

  async #name(pdu: Pdu): Promise<Pdu> {
    const { lastCommit, rules } = this.#room;
    // The hashes of events that are still on their way to the disk are needed.
    if (rules.referencesCarryHashes) await lastCommit.catch(() => undefined);
    return nameEvent(this.#context, pdu, rules, this.events);
  }

  async #moveHead(event: StoredEvent, strings: EventStrings): Promise<void> {
    const { head } = this;
    const before: Snapshot = { nid: head.snapshotNid, blocks: head.blocks };
    const entry = entryOf(event, strings);
    const after = entry === undefined ? before : await this.#writer.snapshots.change(before, [entry]);
    if (entry !== undefined) this.#writer.setState(event);
    const extremities = [
      { nid: event.nid, eventId: event.eventId },
      ...head.extremities.slice(MOST_PREV_EVENTS),
    ];
    this.#writer.appendToTimeline(event, strings.stateKeyNid, extremities, after);
  }
}

function lookupIn(state: ReadonlyMap<string, StoredEvent>) {
  return (type: string, stateKey: string): Pdu | undefined => state.get(stateKeyOf(type, stateKey))?.pdu;
}
