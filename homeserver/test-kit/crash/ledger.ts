/** What became of something that was asked of a server. */
export interface Deed {
  /** Stands in the event's content, and nowhere else. */
  readonly mark: string;
  readonly kind: string;
  /** Who asked for it. */
  readonly userId: string;
  /** Unknown for a room that was asked for and not made yet. */
  roomId: string | undefined;
  state: 'unanswered' | 'acknowledged' | 'refused';
  /** As the server said. */
  eventId?: string;
  /** What an acknowledged redaction redacts. */
  readonly redacts?: string;
}

/** Everything that was ever asked of the servers, written down outside of them. */
export class Ledger {
  readonly deeds: Deed[] = [];
  /** Events of the other server by ID, with what the server said of them, if it did. */
  readonly received = new Map<string, { readonly roomId: string; readonly outcome: string | undefined }>();
  /** Rooms that were asked to be deleted: nothing has to be there any more. */
  readonly deleted = new Set<string>();
  /** Rooms whose history was asked to be shortened: no more than its newest events has to be there. */
  readonly shortened = new Set<string>();
  /** Rooms that were replaced, with what replaced them. */
  readonly upgraded = new Map<string, string>();
  acknowledged = 0;

  /** Writes down what is about to be asked. */
  begin(
    kind: string,
    { userId }: { readonly userId: string },
    roomId: string | undefined,
    redacts?: string,
  ): Deed {
    const mark = `mark${this.deeds.length}.`;
    const deed: Deed = {
      mark,
      kind,
      userId,
      roomId,
      state: 'unanswered',
      ...(redacts === undefined ? {} : { redacts }),
    };
    this.deeds.push(deed);
    return deed;
  }

  /** Writes down that the server has done it. */
  acknowledge(deed: Deed, eventId?: string): void {
    deed.state = 'acknowledged';
    if (eventId !== undefined) deed.eventId = eventId;
    this.acknowledged += 1;
  }

  /** Writes down what the server said of an event of the other server. */
  receive(roomId: string, eventId: string, outcome: string | undefined): void {
    this.received.set(eventId, { roomId, outcome });
    if (outcome !== undefined) this.acknowledged += 1;
  }

  /** Whether something of a room may be gone without anybody having lost it. */
  mayBeGone(roomId: string | undefined): boolean {
    return roomId !== undefined && (this.deleted.has(roomId) || this.shortened.has(roomId));
  }

  /** How much was acknowledged of each kind, as `send 12, state 3`, from a deed on. */
  summary(from = 0): string {
    const counts = new Map<string, number>();
    for (const { kind, state } of this.deeds.slice(from)) {
      if (state === 'acknowledged') counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ');
  }
}

/** The marks in the JSON of an event. */
export function marksIn(json: string): string[] {
  return json.match(/mark\d+\./g) ?? [];
}
