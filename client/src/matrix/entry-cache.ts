import type { MatrixClient, MatrixEvent, Room } from 'matrix-js-sdk';
import { shareStructure } from '../lib/share-structure.ts';
import { readEntry } from './read-message.ts';
import type { Message, Notice } from './types.ts';

type Entry = Message | Notice;

/**
 * What the events of one room are in a timeline, each read once.
 * An event that may look different is marked stale; it is read again when it is asked for, and keeps its identity if
 * it turns out the same.
 */
export class EntryCache {
  readonly #client: MatrixClient;
  readonly #entries = new Map<string, Entry | undefined>();
  readonly #stale = new Set<string>();
  /** Which replies show a piece of an event, by that event's ID. */
  readonly #quotedBy = new Map<string, Set<string>>();

  constructor(client: MatrixClient) {
    this.#client = client;
  }

  /** The entries of these events, in their order; events that a timeline does not show are left out. */
  read(room: Room, events: readonly MatrixEvent[]): Entry[] {
    return events.flatMap((event) => {
      const eventId = event.getId() ?? '';
      const isKnown = this.#entries.has(eventId) && !this.#stale.has(eventId);
      const entry = isKnown ? this.#entries.get(eventId) : this.#readAnew(room, event, eventId);
      return entry ? [entry] : [];
    });
  }

  /** Marks an event and the replies that quote it. */
  markStale(eventId: string): void {
    this.#stale.add(eventId);
    for (const replyId of this.#quotedBy.get(eventId) ?? []) this.#stale.add(replyId);
  }

  markAllStale(): void {
    for (const eventId of this.#entries.keys()) this.#stale.add(eventId);
  }

  #readAnew(room: Room, event: MatrixEvent, eventId: string): Entry | undefined {
    const entry = shareStructure(this.#entries.get(eventId), readEntry(this.#client, room, event));
    this.#entries.set(eventId, entry);
    this.#stale.delete(eventId);
    if (entry?.kind === 'message' && entry.reply) {
      const replies = this.#quotedBy.get(entry.reply.eventId) ?? new Set();
      this.#quotedBy.set(entry.reply.eventId, replies.add(eventId));
    }
    return entry;
  }
}
