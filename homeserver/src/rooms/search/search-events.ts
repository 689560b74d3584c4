import type { RoomEventFilter } from '../../accounts/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam } from '../../protocol/errors.ts';
import { wordsOf } from '../../protocol/words.ts';
import type { SearchHit, StoredEvent } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { passesFilter } from '../queries/event-filter.ts';
import { filterVisible } from '../queries/history-visibility.ts';
import { ignoredUsers } from '../queries/ignored-users.ts';
import { stateOfView, viewRoom } from '../queries/room-view.ts';
import { filterRelated } from '../relations/related-by.ts';
import type { Room } from '../room.ts';
import { type SearchKey, searchKeyOf } from './searchable-text.ts';
import { type SearchContext, type SurroundingsRequest, surroundingsOf } from './surroundings.ts';

/** What somebody searches for. */
export interface EventSearch {
  readonly term: string;
  readonly keys: readonly SearchKey[];
  readonly filter: RoomEventFilter;
  /** `recent`: the newest first; `rank`: the best first. */
  readonly order: 'recent' | 'rank';
  readonly groupBy: readonly ('room_id' | 'sender')[];
  /** What of the events around each result is wanted; nothing unless given. */
  readonly surroundings: SurroundingsRequest | undefined;
  readonly includeState: boolean;
  readonly nextBatch: string | undefined;
}

interface FoundEvent {
  readonly event: StoredEvent;
  readonly room: Room;
  readonly rank: number;
}

/** A page of results, as `room_events` of the response. */
export interface SearchResults {
  readonly results: {
    readonly rank: number;
    readonly result: JsonObject;
    readonly context?: SearchContext;
  }[];
  /** How many there are that the searcher may see, as far as was looked. */
  readonly count: number;
  readonly highlights: string[];
  readonly groups?: JsonObject;
  readonly state?: Record<string, JsonObject[]>;
  readonly next_batch?: string;
}

const DEFAULT_LIMIT = 10;
const MOST_RESULTS = 50;
const MOST_WORDS = 16;
/** How many hits are looked at for a page: few of them may be for the searcher. */
const MOST_LOOKED_AT = 2000;
const LOOKED_AT_ONCE = 200;
const EVERY_EVENT = Number.MAX_SAFE_INTEGER;

/**
 * Finds messages, names and topics in the rooms that somebody is or was in. Every word of the term has to occur, each
 * as the beginning of a word; of an edited message the newest text counts.
 *
 * Source: Client-Server API v1.19, `POST /search`.
 * @throws MatrixError 400 `M_INVALID_PARAM` for a token that is none.
 */
export async function searchEvents(
  context: RoomsContext,
  viewer: Viewer,
  search: EventSearch,
): Promise<SearchResults> {
  const words = [...new Set(wordsOf(search.term))].slice(0, MOST_WORDS);
  const roomNids = await roomsToSearch(context, viewer, search.filter);
  if (words.length === 0 || roomNids.length === 0) return { results: [], count: 0, highlights: [] };
  const { found, next } = await find(context, viewer, search, words, roomNids);
  const results = await presentFound(context, viewer, search, found);
  return {
    results,
    count: found.length + (next === undefined ? 0 : 1),
    highlights: words,
    ...(search.groupBy.length === 0 ? {} : { groups: groupResults(search, found, next) }),
    ...(search.includeState ? { state: await statesOf(context, viewer, found) } : {}),
    ...(next === undefined ? {} : { next_batch: next }),
  };
}

/** The rooms that somebody is in, or has left and not forgotten, as far as the filter wants them. */
async function roomsToSearch(
  context: RoomsContext,
  viewer: Viewer,
  filter: RoomEventFilter,
): Promise<number[]> {
  const memberships = [...(await context.userRooms.of(viewer.userNid)).values()];
  const open = memberships.filter(
    ({ membership, forgotten }) => membership === 'join' || (membership !== 'invite' && !forgotten),
  );
  const wanted: number[] = [];
  for (const { roomNid } of open) {
    const row = filter.rooms || filter.not_rooms ? await context.registry.byNid(roomNid) : undefined;
    const isWanted =
      filter.rooms?.includes(row?.roomId ?? '') !== false && !filter.not_rooms?.includes(row?.roomId ?? '');
    if (isWanted) wanted.push(roomNid);
  }
  return wanted;
}

async function find(
  context: RoomsContext,
  viewer: Viewer,
  search: EventSearch,
  words: readonly string[],
  roomNids: readonly number[],
): Promise<{ found: FoundEvent[]; next: string | undefined }> {
  const limit = Math.min(Math.max(search.filter.limit ?? DEFAULT_LIMIT, 1), MOST_RESULTS);
  const isRanked = search.order === 'rank';
  const ignored = await ignoredUsers(context, viewer);
  const found: FoundEvent[] = [];
  // The best first: how many hits are behind; the newest first: the number of the last one.
  let place = placeOfToken(search) ?? (isRanked ? 0 : EVERY_EVENT);
  for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += LOOKED_AT_ONCE) {
    const request = { words, roomNids, limit: LOOKED_AT_ONCE };
    const hits: SearchHit[] = isRanked
      ? await context.storage.search.best({ ...request, before: EVERY_EVENT, offset: place })
      : await context.storage.search.newest({ ...request, before: place, offset: 0 });
    const wanted = await keepWanted(context, viewer, search, hits, ignored);
    for (const [index, hit] of hits.entries()) {
      const one = wanted.get(hit.nid);
      if (one !== undefined) found.push(one);
      if (found.length < limit) continue;
      const isEnd = index === hits.length - 1 && hits.length < LOOKED_AT_ONCE;
      return { found, next: isEnd ? undefined : tokenOf(search, isRanked ? place + index + 1 : hit.nid) };
    }
    if (hits.length < LOOKED_AT_ONCE) return { found, next: undefined };
    place = isRanked ? place + hits.length : (hits.at(-1)?.nid ?? place);
  }
  return { found, next: tokenOf(search, place) };
}

/** Those of some hits that the searcher may see and wants, by number. */
async function keepWanted(
  context: RoomsContext,
  viewer: Viewer,
  { filter, keys }: EventSearch,
  hits: readonly SearchHit[],
  ignored: ReadonlySet<string>,
): Promise<Map<number, FoundEvent>> {
  const ranks = new Map(hits.map(({ nid, rank }) => [nid, rank]));
  const events = await context.storage.events.getAll([...ranks.keys()]);
  const byRoom = Map.groupBy(events, ({ roomNid }) => roomNid);
  const wanted = new Map<number, FoundEvent>();
  for (const [roomNid, inRoom] of byRoom) {
    const room = await context.registry.byNid(roomNid);
    if (room === undefined) continue;
    const passing = inRoom.filter(({ pdu, redactedBy }) => {
      const key = searchKeyOf(pdu);
      const isAsked = redactedBy === null && key !== undefined && keys.includes(key);
      return isAsked && !ignored.has(pdu.sender) && passesFilter(filter, room.roomId, pdu);
    });
    const related = await filterRelated(context, filter, passing);
    for (const event of await filterVisible(context, room, related, viewer)) {
      wanted.set(event.nid, { event, room, rank: ranks.get(event.nid) ?? 0 });
    }
  }
  return wanted;
}

async function presentFound(
  context: RoomsContext,
  viewer: Viewer,
  { surroundings }: EventSearch,
  found: readonly FoundEvent[],
): Promise<SearchResults['results']> {
  const results: SearchResults['results'] = [];
  for (const { event, room, rank } of found) {
    const [result = {}] = await presentEvents(context, room, [event], viewer);
    const around =
      surroundings === undefined
        ? undefined
        : await surroundingsOf(context, room, event, viewer, surroundings);
    results.push({ rank, result, ...(around === undefined ? {} : { context: around }) });
  }
  return results;
}

function groupResults(
  { groupBy }: EventSearch,
  found: readonly FoundEvent[],
  next: string | undefined,
): JsonObject {
  const groups: JsonObject = {};
  for (const key of groupBy) {
    const members = Map.groupBy(found, ({ event, room }) =>
      key === 'room_id' ? room.roomId : event.pdu.sender,
    );
    groups[key] = Object.fromEntries(
      [...members].map(([name, group], order) => [
        name,
        {
          order,
          results: group.map(({ event }) => event.eventId),
          ...(next === undefined ? {} : { next_batch: next }),
        },
      ]),
    );
  }
  return groups;
}

async function statesOf(
  context: RoomsContext,
  viewer: Viewer,
  found: readonly FoundEvent[],
): Promise<Record<string, JsonObject[]>> {
  const states: Record<string, JsonObject[]> = {};
  for (const room of new Set(found.map((one) => one.room))) {
    const state = await stateOfView(context, await viewRoom(context, room.roomId, viewer));
    states[room.roomId] = await presentEvents(context, room, state, viewer, []);
  }
  return states;
}

function tokenOf({ order }: EventSearch, place: number): string {
  return `${order}.${place}`;
}

function placeOfToken({ order, nextBatch }: EventSearch): number | undefined {
  if (nextBatch === undefined) return undefined;
  const [written, place = ''] = nextBatch.split('.');
  if (written !== order || !/^\d{1,15}$/.test(place)) {
    throw invalidParam('next_batch is not a token of this search');
  }
  return Number(place);
}
