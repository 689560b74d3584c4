import type {
  AskedDevices,
  AskedOneTimeKeys,
  GivenOneTimeKeys,
  KeysOfUsers,
  RemoteKeys,
  RemoteKeysOfUsers,
} from '../../encryption/index.ts';
import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import type { ServerName, UserId } from '../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import type { FederationContext, FederationRequest } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { LastKnownKeys } from './last-known-keys.ts';

/**
 * Asks other servers for the keys of their users. Of an answer, what is of no user who was asked for is left out.
 *
 * Source: Server-Server API v1.19, "End-to-End Encryption".
 * @param context is there when the first keys are asked for.
 */
export function remoteKeysThrough(context: () => FederationContext): RemoteKeys {
  return {
    query: (server, users, timeoutMs) => queryKeys(context(), server, users, timeoutMs),
    async claim(server, wanted, timeLimitMs) {
      const body = { one_time_keys: asJson(wanted) };
      return givenKeys(await ask(context(), server, 'claim', { body, timeLimitMs, isUrgent: true }), wanted);
    },
  };
}

async function queryKeys(
  context: FederationContext,
  server: ServerName,
  users: AskedDevices,
  timeLimitMs: number,
): Promise<RemoteKeysOfUsers> {
  const lastKnown = new LastKnownKeys(context.storage);
  const userIds = Object.keys(users);
  const known = await lastKnown.find(userIds);
  const isUrgent = userIds.some((userId) => known.deviceKeys[userId] === undefined);
  // All devices, so that the answer can be kept.
  const body = { device_keys: Object.fromEntries(userIds.map((userId) => [userId, []])) };
  try {
    // Nobody needs to wait for a server that is given time if there is something to answer with.
    const answer = await ask(context, server, 'query', { body, timeLimitMs, isUrgent });
    const told = keysOfUsers(answer, users);
    await lastKnown.remember(told, userIds);
    return { ...told, isOutdated: false };
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    return { ...known, isOutdated: true };
  }
}

function ask(
  { client }: FederationContext,
  destination: ServerName,
  what: 'query' | 'claim',
  request: Pick<FederationRequest, 'body' | 'timeLimitMs' | 'isUrgent'>,
): Promise<JsonObject> {
  const path = `/_matrix/federation/v1/user/keys/${what}`;
  return client.request({ destination, method: 'POST', path, ...request });
}

function keysOfUsers(answer: JsonObject, users: AskedDevices): KeysOfUsers {
  const found: KeysOfUsers = { deviceKeys: {}, masterKeys: {}, selfSigningKeys: {} };
  for (const userId of Object.keys(users)) {
    found.deviceKeys[userId] = objectsIn(partOf(answer.device_keys, userId));
    const master = partOf(answer.master_keys, userId);
    if (isJsonObject(master)) found.masterKeys[userId] = master;
    const selfSigning = partOf(answer.self_signing_keys, userId);
    if (isJsonObject(selfSigning)) found.selfSigningKeys[userId] = selfSigning;
  }
  return found;
}

function givenKeys(answer: JsonObject, wanted: AskedOneTimeKeys): GivenOneTimeKeys {
  const given: Record<UserId, Record<string, JsonObject>> = {};
  for (const [userId, devices] of Object.entries(wanted)) {
    const ofUser = partOf(answer.one_time_keys, userId);
    const asked = Object.keys(devices).flatMap((deviceId) => {
      const keys = partOf(ofUser, deviceId);
      return isJsonObject(keys) ? [[deviceId, keys] as const] : [];
    });
    given[userId] = Object.fromEntries(asked);
  }
  return given;
}

function partOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? ownValue(value, key) : undefined;
}

function objectsIn(value: JsonValue | undefined): Record<string, JsonObject> {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])));
}

function asJson(value: AskedDevices | AskedOneTimeKeys): JsonObject {
  return value as unknown as JsonObject;
}
