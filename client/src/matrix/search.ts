import {
  type IRoomEvent,
  type ISearchResponse,
  type MatrixClient,
  MatrixEvent,
  SearchOrderBy,
} from 'matrix-js-sdk';
import { excerptEvent } from './read-message.ts';
import { isMessageEvent, readPerson } from './read-room.ts';
import type { FoundLine, FoundMessage, SearchPage } from './types.ts';

/** What a message may have beside its words. */
export type SearchedThing = 'link' | 'image' | 'file';

/** What somebody looks for. Where a list is empty, everything fits. */
export interface SearchQuery {
  readonly words: string;
  readonly channelIds: readonly string[];
  readonly senders: readonly string[];
  readonly has: readonly SearchedThing[];
  /** Moments in milliseconds between which a message was written. */
  readonly after: number | undefined;
  readonly before: number | undefined;
}

export interface SearchActions {
  /**
   * Finds messages by their words, the newest first; `from` is where the page before ended.
   * Rejects when the server refuses.
   */
  find(query: SearchQuery, from?: string): Promise<SearchPage>;
}

/** How many results are asked for at once. */
const pageSize = 20;
/** How many pages in a row may hold nothing that fits before the reader is asked whether to look further. */
const mostEmptyPages = 5;

export function createSearchActions(client: MatrixClient): SearchActions {
  const ask = (query: SearchQuery, from: string | undefined): Promise<ISearchResponse> => {
    const filter = {
      limit: pageSize,
      types: ['m.room.message'],
      ...(query.channelIds.length > 0 && { rooms: [...query.channelIds] }),
      ...(query.senders.length > 0 && { senders: [...query.senders] }),
      ...(needsMedia(query) && { contains_url: true }),
    };
    return client.search({
      body: {
        search_categories: {
          room_events: {
            search_term: query.words,
            keys: ['content.body'],
            order_by: SearchOrderBy.Recent,
            event_context: { before_limit: 1, after_limit: 1, include_profile: false },
            filter,
          },
        },
      },
      ...(from !== undefined && { next_batch: from }),
    });
  };
  return {
    async find(query, from) {
      let next = from;
      for (let pages = 0; pages < mostEmptyPages; pages += 1) {
        const { room_events: page } = (await ask(query, next)).search_categories;
        const results = page.results ?? [];
        const messages = results
          .filter(({ result }) => fits(new MatrixEvent(result), query))
          .map(({ result, context }) =>
            readFound(client, result, {
              before: context?.events_before?.[0],
              after: context?.events_after?.[0],
            }),
          );
        const isPast = results.some(({ result }) => result.origin_server_ts < (query.after ?? 0));
        next = isPast ? undefined : page.next_batch;
        if (messages.length > 0 || next === undefined)
          return { messages, highlights: page.highlights ?? [], next };
      }
      return { messages: [], highlights: [], next };
    },
  };
}

/** Media carry an address, which the server can look for; links stand in the words. */
function needsMedia({ has }: SearchQuery): boolean {
  return has.some((thing) => thing !== 'link');
}

const link = /\bhttps?:\/\/\S/i;

/** Whether a result is what was asked for, as far as the server cannot tell. */
function fits(event: MatrixEvent, { has, after, before }: SearchQuery): boolean {
  const timestamp = event.getTs();
  if (after !== undefined && timestamp < after) return false;
  if (before !== undefined && timestamp >= before) return false;
  const { msgtype, body } = event.getContent();
  const things: Readonly<Record<SearchedThing, boolean>> = {
    link: link.test(String(body)),
    image: msgtype === 'm.image',
    file: msgtype === 'm.file' || msgtype === 'm.audio' || msgtype === 'm.video',
  };
  return has.every((thing) => things[thing]);
}

function readFound(
  client: MatrixClient,
  result: IRoomEvent,
  around: Readonly<Record<'before' | 'after', IRoomEvent | undefined>>,
): FoundMessage {
  return {
    ...readLine(client, new MatrixEvent(result)),
    before: readNeighbour(client, around.before),
    after: readNeighbour(client, around.after),
  };
}

function readNeighbour(client: MatrixClient, raw: IRoomEvent | undefined): FoundLine | undefined {
  const event = raw && new MatrixEvent(raw);
  const isShown = event && isMessageEvent(event) && !client.isUserIgnored(event.getSender() ?? '');
  return isShown ? readLine(client, event) : undefined;
}

function readLine(client: MatrixClient, event: MatrixEvent): FoundLine {
  const channelId = event.getRoomId() ?? '';
  return {
    channelId,
    eventId: event.getId() ?? '',
    author: readPerson(client.getRoom(channelId), event.getSender() ?? ''),
    excerpt: excerptEvent(event),
    timestamp: event.getTs(),
  };
}
