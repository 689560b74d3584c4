import type { JsonObject } from '../../protocol/canonical-json.ts';
import { notFound } from '../../protocol/errors.ts';
import { presentEvents, type Viewer } from '../client-event.ts';
import type { RoomsContext } from '../context.ts';
import { untilComplete } from '../full-state.ts';
import { stateEventOfView, stateOfView, viewRoom } from './room-view.ts';

/**
 * The state of a room, once it is complete: as it is for members, as it was when they left for others who were members.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/state`.
 * @throws MatrixError 403 `M_FORBIDDEN`.
 */
export async function getState(context: RoomsContext, roomId: string, viewer: Viewer): Promise<JsonObject[]> {
  const view = await viewRoom(context, roomId, viewer);
  await untilComplete(context, view.room);
  return presentEvents(context, view.room, await stateOfView(context, view), viewer, []);
}

/**
 * One state event of a room; who sees what is as in `getState`.
 *
 * Source: Client-Server API v1.19, `GET /rooms/{roomId}/state/{eventType}/{stateKey}`.
 * @throws MatrixError 403 `M_FORBIDDEN`; 404 `M_NOT_FOUND` when the room has no such state.
 */
export async function getStateEvent(
  context: RoomsContext,
  roomId: string,
  { type, stateKey }: { readonly type: string; readonly stateKey: string },
  viewer: Viewer,
): Promise<JsonObject> {
  const view = await viewRoom(context, roomId, viewer);
  let event = await stateEventOfView(context, view, type, stateKey);
  if (event === undefined && view.room.isPartial) {
    await untilComplete(context, view.room);
    event = await stateEventOfView(context, view, type, stateKey);
  }
  const [presented] = event === undefined ? [] : await presentEvents(context, view.room, [event], viewer);
  if (presented === undefined) throw notFound(`This room has no ${type} with this state key`);
  return presented;
}
