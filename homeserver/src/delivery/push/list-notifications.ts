import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam } from '../../protocol/errors.ts';
import { filterVisible, presentEvents, type Viewer } from '../../rooms/index.ts';
import { LogKind, type StoredEvent } from '../../storage/index.ts';
import type { PushContext } from './push-context.ts';

/** Which notifications. */
export interface NotificationsRequest {
  /** Only those that stand out. */
  readonly onlyHighlights: boolean;
  readonly from: string | undefined;
  readonly limit: number | undefined;
}

/** A page of what has notified a user, the newest first. */
export interface NotificationsPage {
  readonly notifications: JsonObject[];
  readonly next_token?: string;
}

const DEFAULT_LIMIT = 20;
const MOST_NOTIFICATIONS = 100;
/** How many rows of the log are looked at for a page: a quiet user is in rooms that are not quiet. */
const MOST_LOOKED_AT = 10_000;
const LOOKED_AT_ONCE = 500;

/**
 * What has notified a user, found out again from the log by the rules of now: nothing is kept for it.
 *
 * Source: Client-Server API v1.19, `GET /notifications`.
 * @throws {MatrixError} 400 `M_INVALID_PARAM` for a token that is none.
 */
export async function listNotifications(
  context: PushContext,
  viewer: Viewer,
  { onlyHighlights, from, limit = DEFAULT_LIMIT }: NotificationsRequest,
): Promise<NotificationsPage> {
  const { storage, rooms } = context;
  const joined = new Set(await rooms.userRooms.joined(viewer.userNid));
  const wanted = Math.min(Math.max(limit, 1), MOST_NOTIFICATIONS);
  const notifications: JsonObject[] = [];
  let before = from === undefined ? Number.MAX_SAFE_INTEGER : positionOf(from);
  for (let lookedAt = 0; lookedAt < MOST_LOOKED_AT; lookedAt += LOOKED_AT_ONCE) {
    const rows = await storage.log.before(before, LOOKED_AT_ONCE);
    const places = rows.filter(({ kind, room = 0 }) => kind === LogKind.Event && joined.has(room));
    const positions = new Map(places.map(({ ref = 0, position }) => [ref, position]));
    for (const event of await storage.events.getAll([...positions.keys()])) {
      const position = positions.get(event.nid) ?? 0;
      const found = await asNotification(context, viewer, event, position, onlyHighlights);
      if (found !== undefined) notifications.push(found);
      if (notifications.length === wanted) return { notifications, next_token: `n${position}` };
    }
    if (rows.length < LOOKED_AT_ONCE) return { notifications };
    before = rows.at(-1)?.position ?? 0;
  }
  return { notifications, next_token: `n${before}` };
}

async function asNotification(
  context: PushContext,
  viewer: Viewer,
  event: StoredEvent,
  position: number,
  onlyHighlights: boolean,
): Promise<JsonObject | undefined> {
  const { rooms, settings, evaluator } = context;
  const room = await rooms.registry.byNid(event.roomNid);
  if (room === undefined || event.redactedBy !== null || event.pdu.sender === viewer.userId) return undefined;
  const own = await settings.of(viewer);
  if (own.ignored.has(event.pdu.sender)) return undefined;
  const outcome = evaluator.outcome(room, event, await evaluator.userIn(room, viewer.userId), own);
  if (!outcome.notify || (onlyHighlights && !outcome.highlight)) return undefined;
  const visible = await filterVisible(rooms, room, [event], viewer);
  const [presented] = await presentEvents(rooms, room, visible, viewer);
  if (presented === undefined) return undefined;
  const read = (await context.receipts.readPositions(viewer.userNid, [room.nid])).get(room.nid);
  return {
    room_id: room.roomId,
    event: presented,
    actions: outcome.actions.map((action) => (typeof action === 'string' ? action : { ...action })),
    read: (read?.all ?? 0) >= position,
    ts: event.pdu.origin_server_ts,
  };
}

function positionOf(token: string): number {
  if (!/^n\d{1,15}$/.test(token)) throw invalidParam('from is not a token of this list');
  return Number(token.slice(1));
}
