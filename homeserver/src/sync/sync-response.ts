import type { LogRow, RoomOfUser } from '../storage/index.ts';
import { formatStreamToken } from '../stream/index.ts';
import { globalAccountData, roomAccountData } from './account-data.ts';
import { type AffectedRooms, affectedRooms, type JoinedEntry, type Memberships } from './affected-rooms.ts';
import { collectChanges } from './changes.ts';
import { deviceListChanges } from './device-lists.ts';
import type { Frame, SyncContext } from './frame.ts';
import { type GoneRoom, presentGoneRoom } from './gone-room.ts';
import { strippedRooms } from './invited-room.ts';
import { joinedRoom } from './joined-room.ts';
import { leftRoom } from './left-room.ts';
import { presenceOf } from './presence.ts';
import { receiptsOf } from './receipts.ts';
import type { EventList, JoinedRoomBody, RoomsBody, SyncBody, TimelineBody } from './response-shapes.ts';
import { mapInSlices } from './slices.ts';
import { messagesTo } from './to-device.ts';
import { roomsWithTyping, typingOf } from './typing.ts';

/** A response, and whether it tells anything: one that does not may wait. */
export interface SyncResponse {
  readonly body: SyncBody;
  readonly isEmpty: boolean;
}

/**
 * Puts a response together: finds what has changed, then asks each provider for its part.
 *
 * @param current the viewer's rooms. They go on changing, and the response is about what was until its `until`: call
 * this in the same turn of the loop in which that was read.
 */
export async function buildResponse(
  context: SyncContext,
  frame: Frame,
  current: Memberships,
): Promise<SyncResponse> {
  const { viewer, since, until } = frame;
  const rows = since === undefined ? [] : context.notifier.rowsAfter(since.position);
  const needsAll = since === undefined || rows === undefined || frame.fullState;
  const memberships = new Map(needsAll ? current : roomsIn(rows, current));
  const changes = await collectChanges(context, frame, memberships, rows);
  const typing = await roomsWithTyping(context, frame, current);
  for (const room of typing) if (!memberships.has(room.roomNid)) memberships.set(room.roomNid, room);
  const affected = await affectedRooms(context, frame, changes, memberships, typing);
  const accountData = await globalAccountData(context, frame, changes);
  const presence = await presenceOf(context, frame, affected.joined);
  const rooms = await roomsBody(context, frame, affected, changes.gone);
  const lists =
    since === undefined && !frame.beginsAgain
      ? { changed: [], left: [] }
      : await deviceListChanges(
          context,
          viewer,
          { after: since?.position ?? 0, until: until.position },
          current,
        );
  const messages = await messagesTo(context, viewer, since?.toDevice ?? since?.position ?? 0, until.position);
  const { oneTimeKeyCounts, unusedFallbackTypes } = await context.deviceNews.of(viewer);
  const nextBatch = formatStreamToken({ epoch: context.rooms.epoch, ...until, toDevice: messages.upTo });
  frame.sentMembers.seal(nextBatch);
  return {
    body: {
      next_batch: nextBatch,
      ...(accountData.length === 0 ? {} : { account_data: { events: accountData } }),
      ...(presence.length === 0 ? {} : { presence: { events: presence } }),
      ...(rooms === undefined ? {} : { rooms }),
      to_device: { events: messages.events },
      device_lists: lists,
      device_one_time_keys_count: oneTimeKeyCounts,
      device_unused_fallback_key_types: unusedFallbackTypes,
    },
    isEmpty:
      rooms === undefined &&
      [accountData, presence, messages.events, lists.changed, lists.left].every((part) => part.length === 0),
  };
}

/** Those of the viewer's rooms that some rows speak of. */
function* roomsIn(rows: readonly LogRow[], current: Memberships): Iterable<[number, RoomOfUser]> {
  for (const { room } of rows) {
    const mine = room === undefined ? undefined : current.get(room);
    if (mine !== undefined) yield [mine.roomNid, mine];
  }
}

async function roomsBody(
  context: SyncContext,
  frame: Frame,
  { joined, left, invited, knocked }: AffectedRooms,
  gone: readonly GoneRoom[],
): Promise<RoomsBody | undefined> {
  const join = await joinedRooms(context, frame, joined);
  const leave: Record<string, TimelineBody> = {};
  const present = new Set([...joined, ...left].map(({ room }) => room.roomId));
  for (const room of [...invited, ...knocked]) present.add(room.roomId);
  for (const room of gone) {
    // It may be back: rooms of other servers can be joined again.
    if (present.has(room.roomId)) continue;
    if (frame.filter.wantsRoom(room.roomId)) leave[room.roomId] = presentGoneRoom(context, frame, room);
  }
  await mapInSlices(left, async (entry) => {
    leave[entry.room.roomId] = await leftRoom(context, frame, entry);
  });
  const invite = wrap('invite_state', await strippedRooms(context, frame, invited));
  const knock = wrap('knock_state', await strippedRooms(context, frame, knocked));
  const sections = Object.entries({ join, invite, knock, leave });
  const filled = sections.filter(([, rooms]) => Object.keys(rooms).length > 0);
  return filled.length === 0 ? undefined : Object.fromEntries(filled);
}

async function joinedRooms(
  context: SyncContext,
  frame: Frame,
  entries: readonly JoinedEntry[],
): Promise<Record<string, JoinedRoomBody>> {
  const receipts = await receiptsOf(context, frame, entries);
  const typing = typingOf(context, frame, entries);
  const accountData = await roomAccountData(context, frame, entries);
  const found: Record<string, JoinedRoomBody> = {};
  await mapInSlices(entries, async (entry) => {
    const { nid, roomId } = entry.room;
    const body = await joinedRoom(context, frame, entry, {
      ephemeral: [typing.get(nid), receipts.get(nid)].filter((event) => event !== undefined),
      accountData: accountData.get(nid) ?? [],
    });
    if (body !== undefined) found[roomId] = body;
  });
  return found;
}

function wrap<Key extends string>(
  key: Key,
  rooms: Record<string, EventList>,
): Record<string, { [K in Key]: EventList }> {
  const wrapped = Object.entries(rooms).map(([roomId, events]) => [roomId, { [key]: events }]);
  return Object.fromEntries(wrapped);
}
