import type { RoomsOfUser } from '../accounts/index.ts';
import { relationOf } from '../protocol/relations.ts';
import type {
  EphemeralChange,
  EventPositions,
  Realtime,
  RoomMembership,
  SharedRooms,
} from '../realtime/index.ts';
import { findRoom, type RoomsContext } from '../rooms/index.ts';
import { LogKind, type LogRow, type Storage } from '../storage/index.ts';
import type { Notifier } from '../stream/index.ts';

/** What realtime asks of the rooms. */
export function roomsForRealtime(
  rooms: RoomsContext,
  storage: Storage,
): RoomMembership & EventPositions & SharedRooms {
  const eventIn = async (roomId: string, eventId: string) => {
    const room = await rooms.registry.byId(roomId);
    const event = room === undefined ? undefined : await storage.events.getById(eventId);
    return event?.roomNid === room?.nid ? event : undefined;
  };
  return {
    async isJoined(roomId, userId) {
      const room = await findRoom(rooms, roomId, (found) => found.membershipOf(userId) === 'join');
      return room !== undefined;
    },
    roomNidOf: async (roomId) => (await rooms.registry.byId(roomId))?.nid,
    async positionOf(roomId, eventId) {
      const event = await eventIn(roomId, eventId);
      return event === undefined ? undefined : storage.log.positionOf(event.nid);
    },
    async relationOf(roomId, eventId) {
      const event = await eventIn(roomId, eventId);
      return event === undefined ? undefined : relationOf(event.pdu);
    },
    async whoShareRoomWith(viewer, others) {
      const viewerNid = await storage.strings.find(viewer);
      const nids = await storage.strings.findAll(others);
      const found = new Set<string>();
      for (const [other, nid] of nids) {
        if (viewerNid !== undefined && (await rooms.userRooms.share(viewerNid, nid))) found.add(other);
      }
      return found;
    },
  };
}

/** What accounts asks of the rooms. */
export function roomsForAccounts(rooms: () => RoomsContext): RoomsOfUser {
  return {
    async share(userId, otherId) {
      const { storage, userRooms } = rooms();
      const [userNid, otherNid] = [await storage.strings.find(userId), await storage.strings.find(otherId)];
      return userNid !== undefined && otherNid !== undefined && userRooms.share(userNid, otherNid);
    },
  };
}

/** Wakes who may see a change of typing or presence: the members of the room, of all rooms that the user is in. */
export function wakeForChange(
  change: EphemeralChange,
  rooms: RoomsContext,
  storage: Storage,
  notifier: Notifier,
): void {
  wakeMembers(change, rooms, storage, notifier).catch((error: unknown) => {
    rooms.logger.error('waiting clients were not woken', { error });
  });
}

async function wakeMembers(
  change: EphemeralChange,
  rooms: RoomsContext,
  storage: Storage,
  notifier: Notifier,
): Promise<void> {
  if (change.kind === 'typing') {
    const room = await rooms.registry.byId(change.roomId);
    if (room !== undefined) notifier.wakeRoom(room.nid);
    return;
  }
  const userNid = await storage.strings.find(change.userId);
  if (userNid === undefined) return;
  notifier.wakeUser(userNid);
  for (const roomNid of await rooms.userRooms.joined(userNid)) notifier.wakeRoom(roomNid);
}

/** Wakes who has to look at the keys of a user anew: the members of all rooms that the user is in. */
export function wakeForDeviceLists(rows: readonly LogRow[], rooms: RoomsContext, notifier: Notifier): void {
  for (const { kind, user, ref } of rows) {
    if (kind !== LogKind.DeviceList || user === undefined || ref !== undefined) continue;
    rooms.userRooms.joined(user).then(
      (nids) => nids.forEach((nid) => void notifier.wakeRoom(nid)),
      (error: unknown) => rooms.logger.error('waiting clients were not woken', { error }),
    );
  }
}

/** Who leaves a room, or is removed from it, no longer types there. */
export function endTypingOfLeavers(rooms: RoomsContext, storage: Storage, realtime: Realtime): void {
  storage.database.onCommitted((rows) => {
    for (const { kind, room: roomNid, user } of rows) {
      if (user === undefined || (kind !== LogKind.Event && kind !== LogKind.StateMove)) continue;
      const room = rooms.registry.loaded(roomNid ?? 0);
      const userId = storage.strings.knownValue(user);
      if (room === undefined || userId === undefined || room.membershipOf(userId) === 'join') continue;
      realtime.typing.remove(room.roomId, userId);
    }
  });
}
