import type { AppService } from '../../accounts/index.ts';
import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import { receiptContent } from '../../realtime/index.ts';
import { describeRoom, presentEvents, type Room, type RoomsContext } from '../../rooms/index.ts';
import type { AppServiceNews, AppServiceNewsKind, StoredEvent } from '../../storage/index.ts';
import type { AppServiceContext } from './app-service-context.ts';

/** A device of a user of an application service, as it stands in the keys of news. */
type DeviceKey = readonly [userNid: number, deviceId: string];

/**
 * Writes what there is to tell of some news, as things are now.
 *
 * Source: Application Service API v1.19, `PUT /_matrix/app/v1/transactions/{txnId}`; MSC2409 and MSC3202 under their
 * unstable names, which is what bridges read.
 */
export async function writeTransaction(
  context: AppServiceContext,
  service: AppService,
  news: readonly AppServiceNews[],
): Promise<string | undefined> {
  const keysOf = (kind: AppServiceNewsKind) => news.filter((one) => one.kind === kind).map((one) => one.key);
  const devicesOf = (kind: AppServiceNewsKind) => keysOf(kind).map((key) => JSON.parse(key) as DeviceKey);
  const events = await eventsOf(context, service, keysOf('event'));
  const ephemeral = [
    ...(await receiptsOf(context, keysOf('receipt'))),
    ...keysOf('typing').map((roomId) => typingIn(context, roomId)),
    ...keysOf('presence').map((userId) => presenceOf(context, userId)),
  ];
  const toDevice = await messagesOf(context, news);
  const lists = { changed: keysOf('devices-changed'), left: keysOf('devices-left') };
  const hasLists = lists.changed.length + lists.left.length > 0;
  const devices = [...devicesOf('keys'), ...devicesOf('to-device')];
  const isEmpty = events.length + ephemeral.length + toDevice.length + devices.length === 0 && !hasLists;
  if (isEmpty) return undefined;
  return JSON.stringify({
    events,
    ...(service.registration.receivesEphemeral && {
      ephemeral,
      'de.sorunome.msc2409.ephemeral': ephemeral,
    }),
    ...(toDevice.length > 0 && { 'de.sorunome.msc2409.to_device': toDevice }),
    ...(hasLists && { 'org.matrix.msc3202.device_lists': lists }),
    ...(service.registration.receivesDevices && (await keyCounts(context, devices))),
  });
}

async function eventsOf(
  { storage, rooms }: AppServiceContext,
  service: AppService,
  keys: readonly string[],
): Promise<JsonObject[]> {
  const userNid = await storage.strings.intern(service.sender);
  const viewer = { userId: service.sender, userNid, deviceId: '' };
  const presented: JsonObject[] = [];
  for (const key of keys) {
    const event = await storage.events.get(Number(key));
    const room = event === undefined ? undefined : await rooms.registry.byNid(event.roomNid);
    // The room, or this part of its history, may have been deleted meanwhile.
    if (event === undefined || room === undefined) continue;
    const [shown] = await presentEvents(rooms, room, [event], viewer);
    if (shown !== undefined) presented.push(await withRoomState(rooms, room, event, service, shown));
  }
  return presented;
}

/** An invite of one of its users says what the room is, as in `/sync` (Client-Server API v1.19, `m.room.member`). */
async function withRoomState(
  rooms: RoomsContext,
  room: Room,
  event: StoredEvent,
  service: AppService,
  shown: JsonObject,
): Promise<JsonObject> {
  const { type, state_key: userId = '', content } = event.pdu;
  const isInvite = type === 'm.room.member' && content.membership === 'invite';
  if (!isInvite || !service.speaksFor(userId) || !isJsonObject(shown.unsigned)) return shown;
  const state = await describeRoom(rooms, room, event);
  return { ...shown, unsigned: { ...shown.unsigned, invite_room_state: state } };
}

/** Public receipts alone: private ones are for nobody but their user. */
async function receiptsOf(
  { realtime, rooms }: AppServiceContext,
  keys: readonly string[],
): Promise<JsonObject[]> {
  const changes = keys.map((key) => JSON.parse(key) as [number, number, string]);
  const found: JsonObject[] = [];
  for (const [roomNid, ofRoom] of Map.groupBy(changes, ([nid]) => nid)) {
    const room = await rooms.registry.byNid(roomNid);
    const rows = ofRoom.map(([, user, key]) => ({ user, key }));
    const receipts = (await realtime.receipts.receiptsFor(roomNid, rows, NOBODY)).filter(
      ({ type }) => type === 'm.read',
    );
    if (room === undefined || receipts.length === 0) continue;
    found.push({ type: 'm.receipt', room_id: room.roomId, content: receiptContent(receipts) });
  }
  return found;
}

/** No user has this number. */
const NOBODY = 0;

function typingIn({ realtime }: AppServiceContext, roomId: string): JsonObject {
  return { type: 'm.typing', room_id: roomId, content: { user_ids: realtime.typing.typingIn(roomId) } };
}

function presenceOf({ realtime }: AppServiceContext, userId: string): JsonObject {
  return { type: 'm.presence', sender: userId, content: { ...realtime.presence.contentOf(userId) } };
}

/** The messages that wait for each device up to the one that it has news of. */
async function messagesOf(
  { storage, encryption }: AppServiceContext,
  news: readonly AppServiceNews[],
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (const { kind, key, position } of news) {
    if (kind !== 'to-device') continue;
    const [userNid, deviceId] = JSON.parse(key) as DeviceKey;
    const userId = await storage.strings.valueOf(userNid);
    for (let after = 0; after < position; ) {
      const { events, upTo } = await encryption.toDevice.waiting({ userNid, deviceId }, after, position);
      found.push(...events.map((event) => ({ ...event, to_user_id: userId, to_device_id: deviceId })));
      after = upTo;
    }
  }
  return found;
}

/** How many keys are left for devices, and which fallback keys are unused (MSC3202). */
async function keyCounts(
  { storage, encryption }: AppServiceContext,
  devices: readonly DeviceKey[],
): Promise<JsonObject> {
  const counts: Record<string, Record<string, JsonValue>> = {};
  const fallback: Record<string, Record<string, JsonValue>> = {};
  for (const [userNid, deviceId] of devices) {
    const userId = await storage.strings.valueOf(userNid);
    const device = { userNid, deviceId };
    const ofUser = counts[userId] ?? {};
    counts[userId] = ofUser;
    ofUser[deviceId] = Object.fromEntries(await storage.oneTimeKeys.counts(device));
    const unused = fallback[userId] ?? {};
    fallback[userId] = unused;
    unused[deviceId] = await encryption.deviceKeys.unusedFallbackTypes(device);
  }
  return {
    'org.matrix.msc3202.device_one_time_keys_count': counts,
    'org.matrix.msc3202.device_one_time_key_counts': counts,
    'org.matrix.msc3202.device_unused_fallback_key_types': fallback,
  };
}
