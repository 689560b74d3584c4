import { NO_ROOM } from '../../accounts/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { receiptContent } from '../../realtime/index.ts';
import { formatStreamToken } from '../../stream/index.ts';
import type { Memberships } from '../affected-rooms.ts';
import type { Changes } from '../changes.ts';
import { type DeviceListChanges, deviceListChanges } from '../device-lists.ts';
import { acknowledgeMessages, messagesTo } from '../to-device.ts';
import type { SentRoom } from './connections.ts';
import { extensionPosition } from './extension-token.ts';
import type { SlidingContext, SlidingFrame } from './sliding-frame.ts';
import type { ExtensionScope } from './sliding-request.ts';
import { answerSticky, type StickyBody } from './sticky-extension.ts';
import type { ToldRoom } from './told-room.ts';
import type { WantedRooms } from './wanted-rooms.ts';

/** What a response tells beside rooms; what was not asked for is absent. */
export interface ExtensionsBody {
  to_device?: { next_batch: string; events: JsonObject[] };
  e2ee?: {
    device_one_time_keys_count: Record<string, number>;
    device_unused_fallback_key_types: string[];
    device_lists?: DeviceListChanges;
  };
  account_data?: { global: JsonObject[]; rooms: Record<string, JsonObject[]> };
  receipts?: { rooms: Record<string, JsonObject> };
  typing?: { rooms: Record<string, JsonObject> };
  'org.matrix.msc4354.sticky_events'?: StickyBody;
}

/** What extensions are made of. */
export interface ExtensionInput {
  readonly wanted: WantedRooms;
  readonly told: ReadonlyMap<number, ToldRoom>;
  readonly changes: Changes;
  readonly memberships: Memberships;
}

/** The names under which a connection remembers what it was told the beginning of. */
const ROOM_EXTENSIONS = ['accountData', 'receipts', 'typing'] as const;
type RoomExtension = (typeof ROOM_EXTENSIONS)[number];

/** The extensions that a connection has the beginning of after a response. */
export function startedExtensions({ connection, request }: SlidingFrame): ReadonlySet<string> {
  const asked = ROOM_EXTENSIONS.filter((name) => request.extensions[name] !== undefined);
  if (asked.every((name) => connection.extensions.has(name))) return connection.extensions;
  return new Set([...connection.extensions, ...asked]);
}

/** Answers the extensions that a request asks for, and says whether any has something to tell. */
export async function answerExtensions(
  context: SlidingContext,
  frame: SlidingFrame,
  input: ExtensionInput,
): Promise<{ body: ExtensionsBody; isEmpty: boolean }> {
  const { extensions } = frame.request;
  const body: ExtensionsBody = {};
  if (extensions.toDevice !== undefined)
    body.to_device = await answerToDevice(context, frame, extensions.toDevice);
  if (extensions.endToEnd) body.e2ee = await answerEndToEnd(context, frame, input);
  if (extensions.accountData !== undefined) {
    body.account_data = await answerAccountData(context, frame, input, extensions.accountData);
  }
  if (extensions.receipts !== undefined) {
    body.receipts = { rooms: await answerReceipts(context, frame, input, extensions.receipts) };
  }
  if (extensions.typing !== undefined) {
    body.typing = { rooms: answerTyping(context, frame, input, extensions.typing) };
  }
  const sticky = extensions.sticky && (await answerSticky(context, frame, input, extensions.sticky));
  if (sticky !== undefined) body['org.matrix.msc4354.sticky_events'] = sticky;
  const { to_device: toDevice, e2ee, account_data: accountData, receipts, typing } = body;
  const lists = [
    toDevice?.events,
    e2ee?.device_lists?.changed,
    e2ee?.device_lists?.left,
    accountData?.global,
  ];
  const maps = [accountData?.rooms, receipts?.rooms, typing?.rooms, sticky?.rooms];
  const isEmpty =
    lists.every((list) => list === undefined || list.length === 0) &&
    maps.every((rooms) => rooms === undefined || Object.keys(rooms).length === 0);
  return { body, isEmpty };
}

/** Deletes the messages that the client has got, as it says by coming back with their token. */
export async function acknowledgeToDevice(
  context: SlidingContext,
  { viewer, extensions: { toDevice } }: Pick<SlidingFrame['request'], 'viewer' | 'extensions'>,
): Promise<void> {
  const since = toDevice && extensionPosition(context, toDevice.since);
  if (since !== undefined && since > 0) await acknowledgeMessages(context, viewer, since);
}

async function answerToDevice(
  context: SlidingContext,
  { viewer, until }: SlidingFrame,
  { since, limit }: { readonly since: string | undefined; readonly limit: number },
): Promise<NonNullable<ExtensionsBody['to_device']>> {
  const after = extensionPosition(context, since);
  const { events, upTo } = await messagesTo(context, viewer, after, until.position, limit);
  return {
    next_batch: formatStreamToken({ epoch: context.rooms.epoch, position: upTo, ephemeral: 0 }),
    events,
  };
}

async function answerEndToEnd(
  context: SlidingContext,
  { viewer, since, until }: SlidingFrame,
  { memberships }: ExtensionInput,
): Promise<NonNullable<ExtensionsBody['e2ee']>> {
  const { oneTimeKeyCounts, unusedFallbackTypes } = await context.deviceNews.of(viewer);
  const stretch = since && { after: since.position, until: until.position };
  return {
    device_one_time_keys_count: oneTimeKeyCounts,
    device_unused_fallback_key_types: unusedFallbackTypes,
    ...(stretch === undefined
      ? {}
      : { device_lists: await deviceListChanges(context, viewer, stretch, memberships) }),
  };
}

async function answerAccountData(
  { accountData }: SlidingContext,
  frame: SlidingFrame,
  input: ExtensionInput,
  scope: ExtensionScope,
): Promise<NonNullable<ExtensionsBody['account_data']>> {
  const { viewer, connection, since } = frame;
  const begins = since === undefined || !connection.extensions.has('accountData');
  const read = (roomNid: number, types: Iterable<string>) =>
    Promise.all(
      [...types].map(async (type) => {
        const content = await accountData.get(viewer.userNid, roomNid, type);
        return content === undefined ? [] : [{ type, content }];
      }),
    ).then((found) => found.flat());
  const global: JsonObject[] = begins
    ? (await accountData.global(viewer.userNid)).map(({ type, content }) => ({ type, content }))
    : await read(NO_ROOM, input.changes.accountData);
  const rooms: Record<string, JsonObject[]> = {};
  const inScope = roomsInScope(frame, input, 'accountData', scope);
  const fresh = new Map(inScope.flatMap(({ nid, roomId, isFresh }) => (isFresh ? [[nid, roomId]] : [])));
  for (const { roomNid, type, content } of fresh.size > 0 ? await accountData.ofRooms(viewer.userNid) : []) {
    const roomId = fresh.get(roomNid);
    if (roomId !== undefined) rooms[roomId] = [...(rooms[roomId] ?? []), { type, content }];
  }
  for (const { nid, roomId, isFresh } of inScope) {
    const types = input.changes.rooms.get(nid)?.accountData;
    if (isFresh || types === undefined || types.size === 0) continue;
    rooms[roomId] = await read(nid, types);
  }
  return { global, rooms };
}

/** Receipts that have moved; of a room that is new to the client those in its timeline, and the viewer's own. */
async function answerReceipts(
  { realtime: { receipts } }: SlidingContext,
  frame: SlidingFrame,
  input: ExtensionInput,
  scope: ExtensionScope,
): Promise<Record<string, JsonObject>> {
  const { userId, userNid } = frame.viewer;
  const found: Record<string, JsonObject> = {};
  const inScope = roomsInScope(frame, input, 'receipts', scope).filter(({ isJoined }) => isJoined);
  const fresh = inScope.filter(({ isFresh }) => isFresh).map(({ nid }) => nid);
  const all = fresh.length > 0 ? await receipts.receiptsOfRooms(fresh, userNid) : undefined;
  for (const { nid, roomId, isFresh } of inScope) {
    const changed = input.changes.rooms.get(nid)?.receipts ?? [];
    const shown = new Set(isFresh ? input.told.get(nid)?.events.map(({ eventId }) => eventId) : []);
    const ofRoom = isFresh
      ? (all?.get(nid) ?? []).filter((receipt) => receipt.userId === userId || shown.has(receipt.eventId))
      : changed.length > 0
        ? await receipts.receiptsFor(nid, changed, userNid)
        : [];
    if (ofRoom.length > 0) found[roomId] = { type: 'm.receipt', content: receiptContent(ofRoom) };
  }
  return found;
}

function answerTyping(
  { realtime: { typing } }: SlidingContext,
  frame: SlidingFrame,
  input: ExtensionInput,
  scope: ExtensionScope,
): Record<string, JsonObject> {
  const found: Record<string, JsonObject> = {};
  for (const { roomId, isJoined, isFresh } of roomsInScope(frame, input, 'typing', scope)) {
    const users = isJoined
      ? typing.typingSince(roomId, isFresh ? undefined : frame.since?.ephemeral)
      : undefined;
    if (users !== undefined) found[roomId] = { type: 'm.typing', content: { user_ids: users } };
  }
  return found;
}

interface RoomInScope {
  readonly nid: number;
  readonly roomId: string;
  readonly isJoined: boolean;
  /** Whether the client has nothing of this kind of the room, or not all. */
  readonly isFresh: boolean;
}

/** The rooms of the request that an extension is to tell of, as far as the client has them. */
function roomsInScope(
  { connection, since }: SlidingFrame,
  { wanted, told }: ExtensionInput,
  extension: RoomExtension,
  { lists, rooms }: ExtensionScope,
): RoomInScope[] {
  const found: RoomInScope[] = [];
  const subscribed = new Map([...wanted.subscribed].map(([roomId, nid]) => [nid, roomId]));
  const begins = since === undefined || !connection.extensions.has(extension);
  for (const [nid, room] of wanted.rooms) {
    const before: SentRoom | undefined = connection.rooms.get(nid);
    const now = told.get(nid);
    const roomId = now?.sent.roomId ?? before?.roomId;
    const ofList = room.lists.some((list) => isNamed(lists, list));
    const ofSubscription = subscribed.has(nid) && isNamed(rooms, subscribed.get(nid) ?? '');
    if (roomId === undefined || !(ofList || ofSubscription)) continue;
    const isFresh =
      begins ||
      before === undefined ||
      before.upTo !== undefined ||
      before.membership !== room.mine.membership ||
      now?.result?.isExpanded === true;
    found.push({ nid, roomId, isJoined: room.mine.membership === 'join', isFresh });
  }
  return found;
}

function isNamed(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.includes(name) || names.includes('*');
}
