import type {
  AskedDevices,
  AskedOneTimeKeys,
  GivenOneTimeKeys,
  KeysOfUsers,
  RemoteKeys,
} from '../../encryption/index.ts';
import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import type { ServerName, UserId } from '../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import type { FederationContext } from '../context.ts';

/**
 * Asks other servers for the keys of their users. Of an answer, what is of no user who was asked for is left out.
 *
 * Source: Server-Server API v1.19, "End-to-End Encryption".
 * @param context is there when the first keys are asked for.
 */
export function remoteKeysThrough(context: () => FederationContext): RemoteKeys {
  return {
    async query(server, users, timeoutMs) {
      const answer = await ask(context(), server, 'query', { device_keys: asJson(users) }, timeoutMs);
      return keysOfUsers(answer, users);
    },
    async claim(server, wanted, timeoutMs) {
      const answer = await ask(context(), server, 'claim', { one_time_keys: asJson(wanted) }, timeoutMs);
      return givenKeys(answer, wanted);
    },
  };
}

function ask(
  { client }: FederationContext,
  server: ServerName,
  what: 'query' | 'claim',
  body: JsonObject,
  timeLimitMs: number,
): Promise<JsonObject> {
  const path = `/_matrix/federation/v1/user/keys/${what}`;
  return client.request({ destination: server, method: 'POST', path, body, timeLimitMs, isUrgent: true });
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
