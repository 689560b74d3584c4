import {
  Direction,
  EventStatus,
  type MatrixClient,
  MatrixEvent,
  RelationType,
  type Room,
} from 'matrix-js-sdk';
import type { ChangeBatch, ChangeFeed } from './change-feed.ts';
import { FeedStore } from './feed-store.ts';
import { type Ballot, countBallots, pollEnd, pollResponse, readBallotAnswers, readPoll } from './polls.ts';
import type { PollContent, PollResult } from './types.ts';

const pageSize = 100;
/** How many pages of ballots are asked for: more than that is a petition. */
const mostPages = 20;

const nothing: PollResult = { phase: 'loading', counts: {}, voters: 0, ownAnswers: [], isEnded: false };

/** How a poll stands. */
export class PollStore extends FeedStore<PollResult> {
  readonly #client: MatrixClient;
  readonly #channelId: string;
  readonly #pollId: string;
  #phase: PollResult['phase'] = 'loading';

  constructor(client: MatrixClient, feed: ChangeFeed, channelId: string, pollId: string) {
    super(feed);
    this.#client = client;
    this.#channelId = channelId;
    this.#pollId = pollId;
  }

  protected override attach(): void {
    super.attach();
    void this.#load();
  }

  protected override isConcerned(batch: ChangeBatch): boolean {
    const change = batch.rooms.get(this.#channelId);
    return change !== undefined && (change.redaction || change.events.has(this.#pollId));
  }

  protected override compute(): PollResult {
    const room = this.#client.getRoom(this.#channelId);
    const start = room?.findEventById(this.#pollId);
    const poll = start && readPoll(start.getContent());
    if (!room || !start || !poll) return nothing;
    const endedAt = this.#findEnd(room, start);
    const chosen = countBallots(poll, this.#listBallots(room), endedAt);
    return {
      phase: this.#phase,
      counts: countAnswers(poll, [...chosen.values()]),
      voters: chosen.size,
      ownAnswers: chosen.get(this.#client.getSafeUserId()) ?? [],
      isEnded: endedAt !== undefined,
    };
  }

  #listRelated(room: Room, type: string): readonly MatrixEvent[] {
    const related = room.relations.getChildEventsForEvent(this.#pollId, RelationType.Reference, type);
    return (related?.getRelations() ?? []).filter(
      (event) => !event.isRedacted() && event.status !== EventStatus.NOT_SENT,
    );
  }

  #listBallots(room: Room): readonly Ballot[] {
    return this.#listRelated(room, pollResponse).map((event) => ({
      voterId: event.getSender() ?? '',
      timestamp: event.getTs(),
      answerIds: readBallotAnswers(event.getContent()),
    }));
  }

  /** When it ended: by whoever began it, or by somebody who may delete messages (MSC3381). */
  #findEnd(room: Room, start: MatrixEvent): number | undefined {
    const ends = this.#listRelated(room, pollEnd).filter((event) => {
      const sender = event.getSender() ?? '';
      return sender === start.getSender() || room.currentState.maySendRedactionForEvent(start, sender);
    });
    return ends.length === 0 ? undefined : Math.min(...ends.map((event) => event.getTs()));
  }

  /** Sync brings only the newest ballots; the others are asked for. */
  async #load(): Promise<void> {
    // A poll that is on its way has no votes yet.
    if (this.#pollId.startsWith('~')) return;
    try {
      let from: string | undefined;
      for (let pages = 0; pages < mostPages; pages += 1) {
        const page = await this.#client.fetchRelations(
          this.#channelId,
          this.#pollId,
          RelationType.Reference,
          null,
          { dir: Direction.Backward, limit: pageSize, ...(from !== undefined && { from }) },
        );
        const room = this.#client.getRoom(this.#channelId);
        for (const raw of page.chunk)
          if (!room?.findEventById(raw.event_id)) room?.relations.aggregateChildEvent(new MatrixEvent(raw));
        from = page.next_batch;
        if (from === undefined) break;
      }
      this.#phase = 'ready';
    } catch {
      // What sync brought is shown; the next look asks again.
      this.#phase = 'incomplete';
    }
    this.refresh();
  }
}

function countAnswers(
  poll: PollContent,
  ballots: readonly (readonly string[])[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    poll.answers.map(({ answerId }) => [answerId, ballots.filter((ids) => ids.includes(answerId)).length]),
  );
}
