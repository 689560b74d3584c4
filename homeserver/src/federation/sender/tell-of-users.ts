import type { DeviceListUpdate, Encryption } from '../../encryption/index.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import { domainOf, type ServerName } from '../../protocol/identifiers.ts';
import { LogKind, type LogRow, receiptKey, type UnitOfWork } from '../../storage/index.ts';
import type { FederationContext } from '../context.ts';
import type { KeptMessages } from './kept-messages.ts';
import type { Edu, PassingEdus } from './outgoing-edus.ts';
import type { ServersInRooms } from './servers-in-rooms.ts';

/** The other servers that share a room with a user. */
export async function serversOfUser(
  { rooms }: FederationContext,
  servers: ServersInRooms,
  userNid: number,
): Promise<Set<ServerName>> {
  const found = new Set<ServerName>();
  for (const roomNid of await rooms.userRooms.joined(userNid)) {
    const room = await rooms.registry.byNid(roomNid);
    if (room === undefined) continue;
    for (const server of await servers.now(room)) found.add(server);
  }
  return found;
}

/**
 * Adds, in a unit, what other servers have to know of changed keys of users of this one.
 *
 * Source: Server-Server API v1.19, `m.device_list_update`, `m.signing_key_update`.
 * @returns whom there is something to tell.
 */
export async function tellOfDevices(
  context: FederationContext,
  { deviceLists }: Pick<Encryption, 'deviceLists'>,
  servers: ServersInRooms,
  messages: KeptMessages,
  rows: readonly LogRow[],
  unit: UnitOfWork,
): Promise<Set<ServerName>> {
  const told = new Set<ServerName>();
  for (const row of rows) {
    if (row.kind !== LogKind.DeviceList || row.user === undefined) continue;
    const update = await deviceLists.updateOf(row);
    if (update === undefined || domainOf(update.userId) !== context.serverName) continue;
    for (const server of await serversOfUser(context, servers, row.user)) {
      messages.add(unit, server, keyOf(update), eduOf(update));
      told.add(server);
    }
  }
  return told;
}

/**
 * Of a user's devices only the newest change waits for a server: the one before it, which it names, tells a server that
 * has not got that to ask for all devices. So a server that is away for long costs little.
 */
function keyOf({ kind, userId }: DeviceListUpdate): string {
  return `${kind === 'device' ? 'devices' : 'keys'} ${userId}`;
}

function eduOf(update: DeviceListUpdate): Edu {
  if (update.kind === 'cross-signing') {
    const { userId, masterKey, selfSigningKey } = update;
    const keys = {
      ...(masterKey && { master_key: masterKey }),
      ...(selfSigningKey && { self_signing_key: selfSigningKey }),
    };
    return { edu_type: 'm.signing_key_update', content: { user_id: userId, ...keys } };
  }
  const { userId, deviceId, streamId, previousId, keys } = update;
  const content: JsonObject = {
    user_id: userId,
    device_id: deviceId,
    stream_id: streamId,
    prev_id: previousId === undefined ? [] : [previousId],
    ...(keys === undefined ? { deleted: true } : { keys }),
  };
  return { edu_type: 'm.device_list_update', content };
}

/**
 * Tells the servers of a room how far users of this one have read in it.
 *
 * Source: Server-Server API v1.19, `m.receipt`.
 * @returns whom there is something to tell.
 */
export async function tellOfReceipts(
  { rooms, serverName, storage }: FederationContext,
  servers: ServersInRooms,
  passing: PassingEdus,
  rows: readonly LogRow[],
): Promise<Set<ServerName>> {
  const told = new Set<ServerName>();
  for (const { kind, room: roomNid, user, key = '' } of rows) {
    if (kind !== LogKind.Receipt || roomNid === undefined || user === undefined) continue;
    // The other type is private.
    if (!key.startsWith('m.read ')) continue;
    const userId = await storage.strings.valueOf(user);
    const room = domainOf(userId) === serverName ? await rooms.registry.byNid(roomNid) : undefined;
    if (room === undefined) continue;
    const receipts = await storage.receipts.visibleOfUsers(roomNid, [user], user);
    const receipt = receipts.find((found) => receiptKey(found) === key);
    if (receipt === undefined) continue;
    const { eventId, threadId, ts } = receipt;
    const data = { ts, ...(threadId === '' ? {} : { thread_id: threadId }) };
    const content = { [room.roomId]: { 'm.read': { [userId]: { event_ids: [eventId], data } } } };
    for (const server of await servers.now(room)) {
      passing.add(server, `receipt ${room.roomId} ${userId} ${threadId}`, { edu_type: 'm.receipt', content });
      told.add(server);
    }
  }
  return told;
}
