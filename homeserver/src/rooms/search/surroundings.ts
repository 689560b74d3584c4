import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { StoredEvent } from '../../storage/index.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { MemberProfile, RoomsContext } from '../context.ts';
import { readAround } from '../queries/around.ts';
import { membersAfter, viewRoom } from '../queries/room-view.ts';
import type { Room } from '../room.ts';

/** How much of what surrounds a result is wanted. */
export interface SurroundingsRequest {
  readonly before: number;
  readonly after: number;
  /** Whether the names of those who speak there are wanted, as they were then. */
  readonly includeProfile: boolean;
}

/** What surrounds a result, as `context` of the response. */
export interface SearchContext {
  /** Newest first. */
  readonly events_before: JsonObject[];
  /** Oldest first. */
  readonly events_after: JsonObject[];
  readonly start: string;
  readonly end: string;
  readonly profile_info?: Record<string, MemberProfile>;
}

const MOST_EVENTS = 50;

/** The events around a result, with tokens from which `/messages` goes on. */
export async function surroundingsOf(
  context: RoomsContext,
  room: Room,
  event: StoredEvent,
  viewer: Viewer,
  request: SurroundingsRequest,
): Promise<SearchContext> {
  const position = (await context.storage.log.positionOf(event.nid)) ?? 0;
  const view = await viewRoom(context, room.roomId, viewer);
  const around = await readAround(context, view, viewer, position, {
    before: Math.min(request.before, MOST_EVENTS),
    after: Math.min(request.after, MOST_EVENTS),
    filter: {},
    asksOthers: false,
  });
  const shown = [event, ...around.before, ...around.after];
  return {
    events_before: await presentEvents(context, room, around.before, viewer),
    events_after: await presentEvents(context, room, around.after, viewer),
    start: around.start,
    end: around.end,
    ...(request.includeProfile ? { profile_info: await profilesIn(context, event, shown) } : {}),
  };
}

async function profilesIn(
  context: RoomsContext,
  event: StoredEvent,
  shown: readonly StoredEvent[],
): Promise<Record<string, MemberProfile>> {
  const senders = new Set(shown.map(({ pdu }) => pdu.sender));
  const members = await membersAfter(context, event, senders);
  return Object.fromEntries(
    members.map(({ pdu: { state_key: userId = '', content } }) => [
      userId,
      {
        ...(typeof content.displayname === 'string' ? { displayname: content.displayname } : {}),
        ...(typeof content.avatar_url === 'string' ? { avatar_url: content.avatar_url } : {}),
      },
    ]),
  );
}
