import { redactionApplies } from '../protocol/event-auth/index.ts';
import { isState, type Pdu, redactsOf } from '../protocol/events.ts';
import { domainOf, isEventId } from '../protocol/identifiers.ts';
import { MAX_DEPTH } from '../protocol/limits.ts';
import { redactPdu } from '../protocol/redaction.ts';
import { relationOf } from '../protocol/relations.ts';
import { stickyUntil } from '../protocol/sticky.ts';
import {
  LogKind,
  type Membership,
  POSITIONS_IN_GAP,
  type StateEntry,
  type StoredEvent,
  stateMoveKey,
  UnitOfWork,
} from '../storage/index.ts';
import { authHeightOf } from './auth-height.ts';
import type { RoomsContext } from './context.ts';
import { type Extremity, type Room, type RoomHead, type Snapshot, stateKeyOf } from './room.ts';
import type { SealedEvent } from './seal-event.ts';
import { SnapshotWriter } from './snapshot-writer.ts';

/** The integers that stand for an event's strings. */
export interface EventStrings {
  readonly typeNid: number;
  readonly stateKeyNid: number | null;
  readonly senderNid: number;
}

/**
 * What a change of a room is written with, be it made here or received: the unit that stores it, and the room in memory
 * brought up to it once it is committed. Nothing else changes a room.
 */
export class RoomWriter {
  readonly unit = new UnitOfWork();
  readonly snapshots: SnapshotWriter;
  /** What the room's head will be once the unit is committed. */
  head: RoomHead;
  readonly #context: RoomsContext;
  readonly #room: Room;
  /** What the change is built on; the room may move on meanwhile. */
  readonly #base: RoomHead;
  /** State set by this change, before it is committed; undefined for what it took away. */
  readonly #state = new Map<string, StoredEvent | undefined>();
  readonly #stored = new Map<StoredEvent, number>();
  /** Of the state events that are stored by this change, by ID. */
  readonly #heights = new Map<string, number>();
  readonly #afterCommit: (() => void)[] = [];
  /** An event before which others are missing. */
  #gapBefore: StoredEvent | undefined;
  /** Whether events are placed on a state that is not complete. */
  #isPartial: boolean;
  /** An event, and the key of its row in the log. */
  #marked: { readonly nid: number; readonly key: string } | undefined;

  constructor(context: RoomsContext, room: Room) {
    this.#context = context;
    this.#room = room;
    this.#base = room.head;
    this.head = room.head;
    this.snapshots = new SnapshotWriter(context, room, this.unit);
    this.#isPartial = room.isPartial;
  }

  /** Whether the room's state changes, so that the next event has to wait for it. */
  get changesState(): boolean {
    return this.#state.size > 0 || this.#afterCommit.length > 0;
  }

  /** The event that holds a type and state key in the current state, with what this change has set so far. */
  async stateEvent(type: string, stateKey = ''): Promise<StoredEvent | undefined> {
    const key = stateKeyOf(type, stateKey);
    if (this.#state.has(key)) return this.#state.get(key);
    const known = this.#room.state.get(key);
    if (known !== undefined || type !== 'm.room.member') return known;
    const member = this.#room.members.get(stateKey);
    const event = member === undefined ? undefined : await this.#context.storage.events.get(member.eventNid);
    if (event === undefined || event.redactedBy === null) return event;
    return { ...event, pdu: redactPdu(event.pdu, this.#room.rules) };
  }

  /** Writes down the strings of an event. Not for events that are refused: those leave nothing behind. */
  async intern(pdu: Pick<Pdu, 'type' | 'sender' | 'state_key'>): Promise<EventStrings> {
    const { type, sender, state_key: stateKey } = pdu;
    const known = await this.#context.storage.strings.internAll(
      [type, sender, stateKey].filter((text) => text !== undefined),
    );
    return {
      typeNid: known.get(type) ?? 0,
      stateKeyNid: stateKey === undefined ? null : (known.get(stateKey) ?? 0),
      senderNid: known.get(sender) ?? 0,
    };
  }

  /** Stores an event. @param size of its JSON, for the cache. */
  async insert(
    event: StoredEvent,
    strings: EventStrings,
    json: string | SealedEvent['json'],
    size: number,
  ): Promise<void> {
    if (isState(event.pdu)) await this.#noteHeight(event);
    const time = event.pdu.origin_server_ts;
    this.#context.storage.events.insert(this.unit, {
      ...event,
      ...strings,
      originServerTs: Math.max(-Number.MAX_SAFE_INTEGER, Math.min(time, Number.MAX_SAFE_INTEGER)),
      json,
    });
    this.#stored.set(event, size);
    this.#notePartial(event);
    // Made here and now: nobody can have referred to it.
    if (typeof json !== 'string') this.#context.storage.relations.noteChildless(this.unit, event.eventId);
  }

  async #noteHeight({ nid, eventId, pdu }: StoredEvent): Promise<void> {
    const { storage } = this.#context;
    const height = await authHeightOf(storage, pdu, this.#heights);
    this.#heights.set(eventId, height);
    storage.authHeights.insert(this.unit, nid, this.#room.nid, height);
  }

  /** Gives a stored event the place that it lacked. @param size of its JSON, for the cache. */
  place(event: StoredEvent, size: number): void {
    this.#context.storage.events.place(this.unit, event);
    this.#stored.set(event, size);
    this.#notePartial(event);
  }

  /** From here on, events are placed on a state that is complete, or is not. */
  setPartial(isPartial: boolean): void {
    const { storage } = this.#context;
    if (this.#room.isPartial && !isPartial) storage.rooms.endPartial(this.unit, this.#room.nid);
    this.#isPartial = isPartial;
    this.#afterCommit.push(() => {
      this.#room.isPartial = isPartial;
    });
  }

  #notePartial(event: StoredEvent): void {
    const isPlaced = event.snapshotNid !== 0;
    if (this.#isPartial && isPlaced) {
      this.#context.storage.rooms.addPartialEvent(this.unit, this.#room.nid, event.nid);
    }
  }

  /** Tells the log of an event. */
  announce(event: StoredEvent, stateKeyNid: number | null): void {
    this.#stick(event);
    const { nid, key } = this.#marked ?? {};
    const isRedaction = event.pdu.type === 'm.room.redaction';
    this.unit.append({
      kind: LogKind.Event,
      room: this.#room.nid,
      ref: event.nid,
      ...(event.pdu.type === 'm.room.member' && stateKeyNid !== null ? { user: stateKeyNid } : {}),
      ...(isRedaction ? { key: REDACTION } : {}),
      ...(key !== undefined && event.nid === nid ? { key } : {}),
      ...(event === this.#gapBefore ? { leaves: POSITIONS_IN_GAP } : {}),
    });
  }

  /** Has everybody who is in the room told of a sticky event until it expires. */
  #stick(event: StoredEvent): void {
    const { clock, storage } = this.#context;
    const now = clock.now();
    const expiresTs = event.redactedBy === null ? stickyUntil(event.pdu, now) : undefined;
    if (expiresTs === undefined || expiresTs <= now) return;
    const sticky = {
      eventNid: event.nid,
      roomNid: this.#room.nid,
      senderNid: this.#userNid(event.pdu.sender),
    };
    storage.stickyEvents.insert(this.unit, { ...sticky, expiresTs }, now);
  }

  /** Says in the log that an event was handed to this server, which has to pass it on to the other servers of the room. */
  markHandedOver(event: StoredEvent): void {
    this.#marked = { nid: event.nid, key: HANDED_OVER };
  }

  /** Says in the log that an event is a join which another server has taken, and passes on. */
  markEntered(event: StoredEvent): void {
    this.#marked = { nid: event.nid, key: ENTERED };
  }

  /** Notes that events are missing before one that is about to become part of the timeline. */
  openGap(event: StoredEvent): void {
    this.#gapBefore = event;
    this.#context.storage.historyGaps.open(this.unit, this.#room.nid, event.nid);
    this.#afterCommit.push(() => {
      this.#room.hasGaps = true;
    });
  }

  /** Makes an event, which was stored, part of the timeline: a row of the log, and the room's newest. */
  appendToTimeline(
    event: StoredEvent,
    stateKeyNid: number | null,
    extremities: readonly Extremity[],
    snapshot: Snapshot,
  ): void {
    this.announce(event, stateKeyNid);
    this.relate(event);
    this.head = {
      version: this.head.version + 1,
      extremities,
      depth: Math.min(Math.max(this.head.depth, event.pdu.depth), MAX_DEPTH),
      snapshotNid: snapshot.nid,
      blocks: snapshot.blocks,
    };
  }

  /** Makes the current state another one, though no event is new. */
  moveHead(extremities: readonly Extremity[], snapshot: Snapshot, depth = this.head.depth): void {
    const { version } = this.head;
    this.head = {
      version: version + 1,
      extremities,
      depth,
      snapshotNid: snapshot.nid,
      blocks: snapshot.blocks,
    };
  }

  /** Writes down what an event of the timeline refers to; one that was redacted refers to nothing. */
  relate(event: StoredEvent): void {
    const relation = event.redactedBy === null ? relationOf(event.pdu) : undefined;
    if (relation === undefined) return;
    const { eventId: parentId, relType, key } = relation;
    const related = { eventNid: event.nid, roomNid: this.#room.nid, parentId, relType, key };
    this.#context.storage.relations.insert(this.unit, related);
  }

  /**
   * Tells the log that the current state became another one, or is another one than the events of the timeline tell.
   * To be called when all of the change's state is set.
   *
   * @param cause the event that brought it about, which was appended last.
   */
  moveState(before: Snapshot, after: Snapshot, cause: StoredEvent | undefined): void {
    const move = {
      kind: LogKind.StateMove,
      room: this.#room.nid,
      key: stateMoveKey(before.nid, after.nid),
      ...(cause === undefined ? {} : { ref: cause.nid }),
    };
    // All who are in hear of a state that was completed: the room may be new to their clients.
    const users = new Set(cause === undefined ? this.#room.localJoined : []);
    for (const [key, event] of this.#state) {
      const userId = key.startsWith(MEMBER_KEY) ? key.slice(MEMBER_KEY.length) : undefined;
      if (userId === undefined || event?.nid === cause?.nid) continue;
      if (domainOf(userId) === this.#context.serverName) users.add(this.#userNid(userId));
      // No row tells the other processes.
      else this.unit.invalidate('user-rooms', this.#userNid(userId));
    }
    if (users.size === 0) this.unit.append(move);
    for (const user of users) this.unit.append({ ...move, user });
  }

  /** Makes an event the holder of its type and key in the current state, which the caller writes as a snapshot. */
  setState(event: StoredEvent): void {
    const { type, state_key: stateKey = '', content } = event.pdu;
    const pdu = event.redactedBy === null ? event.pdu : redactPdu(event.pdu, this.#room.rules);
    this.#state.set(stateKeyOf(type, stateKey), { ...event, pdu });
    if (type !== 'm.room.member') return;
    this.#context.storage.rooms.setMember(this.unit, this.#room.nid, {
      userNid: this.#userNid(stateKey),
      membership: content.membership as Membership,
      eventNid: event.nid,
    });
  }

  /** Leaves a type and key without a holder in the current state. */
  dropState(type: string, stateKey: string): void {
    this.#state.set(stateKeyOf(type, stateKey), undefined);
    if (type !== 'm.room.member') return;
    this.#context.storage.rooms.deleteMember(this.unit, this.#room.nid, this.#userNid(stateKey));
  }

  /** Applies a redaction that waited for the event which is being stored, and counts as redacted already. */
  endWaiting(event: StoredEvent, redaction: StoredEvent): void {
    const { events, waiting } = this.#context.storage;
    events.markRedacted(this.unit, event.nid, redaction.nid);
    waiting.endRedactions(this.unit, event.eventId);
  }

  /** Applies a redaction to its target, when the sender may (Room version 3, "Handling redactions"). */
  async redact(redaction: StoredEvent, state: (type: string, key: string) => Pdu | undefined): Promise<void> {
    const { storage } = this.#context;
    const { rules } = this.#room;
    const targetId = redactsOf(redaction.pdu, rules) ?? '';
    const target = await storage.events.getById(targetId);
    // What is not here may come later.
    if (target === undefined && isEventId(targetId)) {
      storage.waiting.addRedaction(this.unit, redaction, targetId);
    }
    if (target === undefined || target.roomNid !== this.#room.nid || target.redactedBy !== null) return;
    if (!redactionApplies(redaction.pdu, target.pdu, state, rules)) return;
    storage.events.markRedacted(this.unit, target.nid, redaction.nid);
    storage.relations.delete(this.unit, target.nid);
    storage.stickyEvents.delete(this.unit, target.nid);
    if (target.pdu.state_key !== undefined) storage.roomDetails.outdate(this.unit, this.#room.nid);
    this.#afterCommit.push(() => {
      const key = stateKeyOf(target.pdu.type, target.pdu.state_key ?? '');
      if (this.#room.state.get(key)?.nid !== target.nid) return;
      const pdu = redactPdu(target.pdu, rules);
      this.#room.state.set(key, { ...target, pdu, redactedBy: redaction.nid });
    });
  }

  /** Ends the change: the unit moves the room's head, if it does move, and memory follows when it is committed. */
  finish(): UnitOfWork {
    const { head, unit } = this;
    if (head !== this.#base) {
      unit.moveHead({
        roomNid: this.#room.nid,
        expectedVersion: this.#base.version,
        expectedExtremities: this.#base.extremities.map((extremity) => extremity.nid),
        version: head.version,
        extremities: head.extremities.map((extremity) => extremity.nid),
        depth: head.depth,
        snapshotNid: head.snapshotNid,
        isHeld: this.#room.contention.isHeld,
      });
    }
    return this.finishNew();
  }

  /** As `finish`, for a room whose row is in the unit itself. */
  finishNew(): UnitOfWork {
    return this.unit.onCommit(() => this.#apply());
  }

  /** Brings the room in memory up to what was just committed. */
  #apply(): void {
    const { registry, storage } = this.#context;
    const room = this.#room;
    for (const [event, size] of this.#stored) storage.events.remember(event, size);
    for (const [key, event] of this.#state) this.#applyToUser(key, event);
    // What another process did after this may be in memory already.
    if (this.head.version <= room.committed.version) return;
    for (const [key, event] of this.#state) this.#applyState(key, event);
    for (const callback of this.#afterCommit) callback();
    this.snapshots.remember(this.head.blocks);
    room.commit(this.head);
    registry.noteChange(room);
  }

  #applyToUser(key: string, event: StoredEvent | undefined): void {
    if (!key.startsWith(MEMBER_KEY)) return;
    const { userRooms } = this.#context;
    const userNid = this.#userNid(key.slice(MEMBER_KEY.length));
    const roomNid = this.#room.nid;
    if (event === undefined) {
      userRooms.drop(userNid, roomNid);
      return;
    }
    const membership = event.pdu.content.membership as Membership;
    userRooms.set(userNid, { roomNid, membership, eventNid: event.nid, forgotten: false });
  }

  #applyState(key: string, event: StoredEvent | undefined): void {
    const room = this.#room;
    if (!key.startsWith(MEMBER_KEY)) {
      if (event === undefined) room.state.delete(key);
      else room.state.set(key, event);
      return;
    }
    const userId = key.slice(MEMBER_KEY.length);
    if (event === undefined) {
      room.dropMember(userId);
      return;
    }
    const membership = event.pdu.content.membership as Membership;
    const member = { userNid: this.#userNid(userId), membership, eventNid: event.nid };
    room.setMember(userId, member, domainOf(userId) === this.#context.serverName);
  }

  #userNid(userId: string): number {
    const userNid = this.#context.storage.strings.known(userId);
    if (userNid === undefined) throw new Error(`${userId} was not interned`);
    return userNid;
  }
}

const MEMBER_KEY = stateKeyOf('m.room.member', '');

/** The key of a redaction's row in the log. */
export const REDACTION = 'redaction';

/**
 * The key of the row of an event that another server has handed over to this one alone (`send_join` and the like): the
 * other servers of the room get it from here.
 */
export const HANDED_OVER = 'handed over';

/** The key of the row of a join of this server's that another one has taken, and passes on. */
export const ENTERED = 'entered';

/** The entry of a state event; undefined for an event that is not state. */
export function entryOf(event: StoredEvent, strings: EventStrings): StateEntry | undefined {
  const { typeNid, stateKeyNid } = strings;
  return stateKeyNid === null ? undefined : { typeNid, stateKeyNid, eventNid: event.nid };
}
