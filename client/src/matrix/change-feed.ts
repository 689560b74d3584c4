import {
  ClientEvent,
  type MatrixClient,
  type MatrixEvent,
  MatrixEventEvent,
  type Room,
  RoomEvent,
  RoomMemberEvent,
  RoomStateEvent,
} from 'matrix-js-sdk';
import { runBeforeNextFrame } from './next-frame.ts';

/** What changed in a room. `events` are the IDs of the events that look different now. */
export interface RoomChange {
  timeline: boolean;
  state: boolean;
  members: boolean;
  typing: boolean;
  redaction: boolean;
  readonly events: Set<string>;
}

/** Everything that changed since the last batch. */
export interface ChangeBatch {
  readonly rooms: ReadonlyMap<string, RoomChange>;
  /** Whether presence of anybody changed. */
  readonly presence: boolean;
  /** Whether our own account data changed (direct conversations are kept there). */
  readonly account: boolean;
}

type RoomAspect = Exclude<keyof RoomChange, 'events'>;

const nothingChanged = { timeline: false, state: false, members: false, typing: false, redaction: false };

type BatchListener = (batch: ChangeBatch) => void;

/**
 * The one place that listens to the SDK.
 * It gathers what the SDK says while it works through a sync response, and hands it on once per frame: a store is
 * computed once for a hundred new events, not a hundred times.
 */
export class ChangeFeed {
  readonly #listeners = new Set<BatchListener>();
  readonly #typing = new Map<string, Map<string, string>>();
  #rooms = new Map<string, RoomChange>();
  #presence = false;
  #account = false;
  #scheduled = false;

  constructor(client: MatrixClient) {
    this.#listenToTimelines(client);
    client.on(RoomEvent.Name, (room) => this.#mark(room.roomId, 'state'));
    client.on(RoomEvent.MyMembership, (room) => this.#mark(room.roomId, 'state'));
    client.on(ClientEvent.Room, (room) => this.#mark(room.roomId, 'state'));
    client.on(ClientEvent.DeleteRoom, (roomId) => this.#mark(roomId, 'state'));
    client.on(RoomEvent.Receipt, (_event, room) => this.#mark(room.roomId, 'timeline'));
    client.on(RoomEvent.AccountData, (_event, room) => this.#mark(room.roomId, 'timeline'));
    client.on(RoomStateEvent.Events, (event, state) => {
      this.#mark(state.roomId, event.getType() === 'm.room.member' ? 'members' : 'state');
    });
    client.on(RoomMemberEvent.Typing, (_event, member) => {
      this.#rememberTyping(member.roomId, member.userId, member.typing ? member.name : undefined);
      this.#mark(member.roomId, 'typing');
    });
    // Not UserEvent.Presence, which leaves out that only the status of somebody is another one.
    client.on(ClientEvent.Event, (event) => event.getType() === 'm.presence' && this.#markAll('presence'));
    client.on(ClientEvent.AccountData, () => this.#markAll('account'));
  }

  /** Hands every batch to the listener until the returned function is called. */
  subscribe(listener: BatchListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The names of those who are typing in a room, by user ID. */
  listTyping(roomId: string): ReadonlyMap<string, string> {
    return this.#typing.get(roomId) ?? new Map();
  }

  #listenToTimelines(client: MatrixClient): void {
    client.on(RoomEvent.Timeline, (event, room) => this.#markEvent(room, event));
    client.on(RoomEvent.LocalEchoUpdated, (event, room, oldEventId) =>
      this.#markEvent(room, event, oldEventId),
    );
    client.on(RoomEvent.TimelineReset, (room) => room && this.#mark(room.roomId, 'timeline'));
    client.on(RoomEvent.Redaction, (event, room) => this.#markRedaction(room, event));
    client.on(RoomEvent.RedactionCancelled, (event, room) => this.#markRedaction(room, event));
    client.on(MatrixEventEvent.Replaced, (event) => {
      const roomId = event.getRoomId();
      if (roomId) this.#mark(roomId, 'timeline', event.getId());
    });
  }

  #markEvent(room: Room | undefined, event: MatrixEvent, oldEventId?: string): void {
    if (!room) return;
    this.#mark(room.roomId, 'timeline', event.getId());
    if (oldEventId) this.#mark(room.roomId, 'timeline', oldEventId);
    // A reply in a thread belongs to the root and to what it answers.
    for (const target of [event.getAssociatedId(), event.relationEventId])
      if (target) this.#mark(room.roomId, 'timeline', target);
  }

  /** A redacted reaction no longer says what it belonged to, so every event may look different. */
  #markRedaction(room: Room, redaction: MatrixEvent): void {
    this.#mark(room.roomId, 'redaction', redaction.getAssociatedId());
  }

  #rememberTyping(roomId: string, userId: string, name: string | undefined): void {
    const typing = this.#typing.get(roomId) ?? new Map<string, string>();
    if (name === undefined) typing.delete(userId);
    else typing.set(userId, name);
    this.#typing.set(roomId, typing);
  }

  #mark(roomId: string, aspect: RoomAspect, eventId?: string): void {
    let change = this.#rooms.get(roomId);
    if (!change) {
      change = { ...nothingChanged, events: new Set() };
      this.#rooms.set(roomId, change);
    }
    change[aspect] = true;
    if (eventId) change.events.add(eventId);
    this.#schedule();
  }

  #markAll(aspect: 'presence' | 'account'): void {
    if (aspect === 'presence') this.#presence = true;
    else this.#account = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    runBeforeNextFrame(() => this.#flush());
  }

  #flush(): void {
    const batch = { rooms: this.#rooms, presence: this.#presence, account: this.#account };
    this.#rooms = new Map();
    this.#presence = false;
    this.#account = false;
    this.#scheduled = false;
    for (const listener of [...this.#listeners]) listener(batch);
  }
}
