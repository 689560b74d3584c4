import type { JsonObject } from '../protocol/canonical-json.ts';
import type { Room, Viewer } from '../rooms/index.ts';
import { LogKind, type LogRow, type Placed, type StoredEvent } from '../storage/index.ts';
import { formatStreamToken } from '../stream/index.ts';
import type { Memberships } from './affected-rooms.ts';
import { mayLackBefore } from './changes.ts';
import type { Frame, SyncContext } from './frame.ts';
import { presentCounts } from './joined-room.ts';
import type { PlainMessages } from './plain-messages.ts';
import type { SyncBody } from './response-shapes.ts';

/** Events that may be all there is to tell. */
export interface PlainNews {
  /** The position after which they are. */
  readonly after: number;
  readonly room: Room;
  /** Oldest first. */
  readonly placed: readonly Placed[];
}

/** Whoever lacks more waits for nothing. */
const MOST_ROWS = 50;

/**
 * The events of one room, if the log has nothing else for the viewer, and no member of the room is among them: what a
 * thousand clients wait for at once.
 *
 * @param memberships as for `buildResponse`, and at the same moment.
 */
export function findPlainNews(
  { notifier, rooms }: SyncContext,
  { viewer, filter, since, until, fullState, beginsAgain }: Frame,
  memberships: Memberships,
): PlainNews | undefined {
  if (since === undefined || fullState || beginsAgain || since.ephemeral !== until.ephemeral)
    return undefined;
  const rows = notifier.rowsAfter(since.position);
  if (rows === undefined || rows.length > MOST_ROWS) return undefined;
  const placed: Placed[] = [];
  let roomNid: number | undefined;
  let previous = since.position;
  for (const row of rows) {
    if (row.position > until.position) break;
    if (mayLackBefore(row, previous)) return undefined;
    previous = row.position;
    if (isForOthers(row, viewer, memberships)) continue;
    const { kind, room, user, ref: nid, position } = row;
    if (kind !== LogKind.Event || user !== undefined || nid === undefined) return undefined;
    roomNid ??= room;
    if (room !== roomNid) return undefined;
    placed.push({ position, nid });
  }
  const room = rooms.registry.loaded(roomNid ?? 0);
  const isJoined = room !== undefined && memberships.get(room.nid)?.membership === 'join';
  if (!isJoined || room.isPartial || !filter.wantsRoom(room.roomId)) return undefined;
  return { after: since.position, room, placed };
}

/** Whether a row certainly says nothing to a viewer. */
function isForOthers({ kind, room, user }: LogRow, viewer: Viewer, memberships: Memberships): boolean {
  if (user === viewer.userNid || kind === LogKind.DeviceList) return false;
  return room === undefined || kind === LogKind.AccountData || !memberships.has(room);
}

/**
 * What `buildResponse` gives, by a shorter way, if the news are messages that look the same to everybody; else
 * undefined: then look at everything, at another moment.
 */
export async function plainResponse(
  context: SyncContext,
  frame: Frame,
  { room, placed, after }: PlainNews,
): Promise<SyncBody | undefined> {
  const { viewer, filter, until } = frame;
  const { epoch, storage } = context.rooms;
  const { hasMessages, oneTimeKeyCounts, unusedFallbackTypes } = await context.deviceNews.of(viewer);
  const { ignored } = await context.settings.of(viewer);
  const events = placed.flatMap(({ nid }) => storage.events.cached(nid) ?? []);
  if (hasMessages || events.length < placed.length) return undefined;
  if (!areForMember(context, viewer, room, events, ignored)) return undefined;
  const messages = await context.plainMessages.of(context, frame, room, events);
  if (messages === undefined) return undefined;
  const unread = await context.unread.of(viewer, room, until.position, { after, events: placed });
  const senders = filter.lazyMembers ? newSenders(frame, room, messages) : [];
  const nextBatch = formatStreamToken({ epoch, ...until });
  frame.sentMembers.seal(nextBatch);
  const body = {
    timeline: {
      events: messages.shown,
      limited: false,
      prev_batch: formatStreamToken({ epoch, position: after, ephemeral: 0 }),
    },
    [frame.stateKey]: { events: senders },
    ephemeral: { events: [] },
    account_data: { events: [] },
    ...presentCounts(unread, filter.threadCounts),
  };
  return {
    next_batch: nextBatch,
    rooms: { join: { [room.roomId]: body } },
    to_device: { events: [] },
    device_lists: { changed: [], left: [] },
    device_one_time_keys_count: oneTimeKeyCounts,
    device_unused_fallback_key_types: unusedFallbackTypes,
  };
}

/**
 * Whether somebody was certainly joined at events that others sent, whom they do not ignore. That these are newer and
 * deeper than the join is enough: an event on another state brings a `StateMove`, which `findPlainNews` refuses.
 */
function areForMember(
  { rooms: { storage } }: SyncContext,
  { userId }: Viewer,
  room: Room,
  events: readonly StoredEvent[],
  ignored: ReadonlySet<string>,
): boolean {
  const { eventNid = 0, membership } = room.members.get(userId) ?? {};
  const member = membership === 'join' ? storage.events.cached(eventNid) : undefined;
  return (
    member !== undefined &&
    events.every(
      ({ nid, pdu: { sender, depth } }) =>
        nid > member.nid && depth > member.pdu.depth && sender !== userId && !ignored.has(sender),
    )
  );
}

/** The members who sent messages, as far as the client does not have them. */
function newSenders({ filter, sentMembers }: Frame, room: Room, { senders }: PlainMessages): JsonObject[] {
  const missing = senders.filter(
    ({ member: { nid, pdu } }) =>
      filter.redundantMembers || !sentMembers.has(room.nid, pdu.state_key ?? '', nid),
  );
  if (missing.length === 0) return [];
  sentMembers.add(
    room.nid,
    missing.map(({ member }) => member),
  );
  return missing.flatMap(({ shown }) => (shown === undefined ? [] : [shown]));
}
