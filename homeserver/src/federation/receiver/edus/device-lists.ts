import type { JsonObject } from '../../../protocol/canonical-json.ts';
import { badJson } from '../../../protocol/errors.ts';
import type { ServerName, UserId } from '../../../protocol/identifiers.ts';
import { keyOfUser, LastKnownKeys } from '../../remote/last-known-keys.ts';
import type { ReceiverContext } from '../receiver-context.ts';
import { requireSeenHere, requireUserOf } from './remote-user.ts';

const LONGEST_DEVICE_ID = 255;

/**
 * Devices of a user of another server changed. Clients are told to ask for the user's keys again, and those are asked of
 * the user's server when they do, so that an update that got lost leaves nothing wrong behind. What the update says counts
 * while that server does not answer.
 *
 * Source: Server-Server API v1.19, `m.device_list_update`.
 * @returns whose.
 */
export async function receiveDeviceListUpdate(
  context: ReceiverContext,
  origin: ServerName,
  { user_id: user, device_id: deviceId, stream_id: streamId, keys, deleted }: JsonObject,
): Promise<UserId> {
  const userId = requireUserOf(origin, user);
  if (typeof deviceId !== 'string' || deviceId.length > LONGEST_DEVICE_ID || typeof streamId !== 'number') {
    throw badJson('The EDU names no device');
  }
  await requireSeenHere(context, userId);
  const lastKnown = new LastKnownKeys(context.storage);
  const told = keyOfUser(keys, userId);
  if (deleted === true || told !== undefined) await lastKnown.deviceChanged(userId, deviceId, told);
  return userId;
}

/**
 * Cross-signing keys of a user of another server changed.
 *
 * Source: Server-Server API v1.19, `m.signing_key_update`.
 * @returns whose.
 */
export async function receiveSigningKeyUpdate(
  context: ReceiverContext,
  origin: ServerName,
  { user_id: user, master_key: master, self_signing_key: selfSigning }: JsonObject,
): Promise<UserId> {
  const userId = requireUserOf(origin, user);
  await requireSeenHere(context, userId);
  const [masterKey, selfSigningKey] = [keyOfUser(master, userId), keyOfUser(selfSigning, userId)];
  await new LastKnownKeys(context.storage).crossSigningChanged(userId, {
    ...(masterKey && { masterKey }),
    ...(selfSigningKey && { selfSigningKey }),
  });
  return userId;
}
