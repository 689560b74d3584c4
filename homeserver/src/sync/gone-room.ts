import type { JsonObject } from '../protocol/canonical-json.ts';
import type { LogRow } from '../storage/index.ts';
import { formatStreamToken } from '../stream/index.ts';
import type { Frame, SyncContext } from './frame.ts';
import type { TimelineBody } from './response-shapes.ts';

/** A room that was deleted, as one of its members hears of it. */
export interface GoneRoom {
  readonly roomId: string;
  /** The event by which they left. */
  readonly departure: JsonObject;
}

/** Reads a log row of the kind `RoomGone`; undefined where the member has not left. */
export function goneRoomOf({ key }: LogRow): GoneRoom | undefined {
  if (key === undefined) return undefined;
  const { room_id: roomId, ...departure } = JSON.parse(key) as JsonObject;
  return typeof roomId === 'string' ? { roomId, departure } : undefined;
}

/** A room of which nothing is left but that the viewer has left it: a client that was away hears of that now. */
export function presentGoneRoom(
  context: SyncContext,
  { since, filter, stateKey }: Frame,
  { departure }: GoneRoom,
): TimelineBody {
  const position = since?.position ?? 0;
  const shown = filter.project(departure);
  return {
    timeline: {
      events: [shown],
      limited: false,
      prev_batch: formatStreamToken({ epoch: context.rooms.epoch, position, ephemeral: 0 }),
    },
    // With `state_after`, a client takes no state from the timeline (MSC4222).
    [stateKey]: { events: stateKey === 'state' ? [] : [shown] },
  };
}
