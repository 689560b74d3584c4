import { decodeBase64 } from '../../protocol/base64.ts';
import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { isJsonObject, ownValue } from '../../protocol/json-values.ts';
import { signJson, verifySignedJson } from '../../protocol/signing.ts';
import type { ServerKey } from '../../storage/index.ts';
import type { OwnKeys } from './own-keys.ts';

/** What a server says of its keys, checked. */
export interface KeyDocument {
  readonly serverName: ServerName;
  /** With every signature that it came with. */
  readonly json: JsonObject;
  /** Milliseconds since the Unix epoch, a week ahead at most. */
  readonly validUntilTs: number;
  /** The keys that sign now, and those that did, with the end of each. */
  readonly keys: readonly ServerKey[];
}

const WEEK_MS = 7 * 24 * 3_600_000;
/** How long what this server says of its keys is valid. */
const OWN_VALIDITY_MS = 24 * 3_600_000;
const KEY_ID = /^ed25519:[^\s"\\]{1,255}$/;
/** More keys than any server has. */
const MAX_KEYS = 100;

/**
 * Reads a document that is said to be of a server. A key counts only if the document is signed with it; one that signs no
 * more, as the document says. Nothing is valid for longer than a week from now.
 *
 * Source: Server-Server API v1.19, "Publishing Keys" (`GET /_matrix/key/v2/server`); Room version 5, "Signing key validity
 * period".
 * @param json parsed with `parseJson`.
 * @returns undefined if it is malformed, of another server, or no key of it has signed it.
 */
export function readKeyDocument(json: unknown, serverName: ServerName, now: number): KeyDocument | undefined {
  if (!isJsonObject(json) || json.server_name !== serverName) return undefined;
  const { valid_until_ts: written, verify_keys: current, old_verify_keys: old } = json;
  if (typeof written !== 'number' || !isJsonObject(current)) return undefined;
  const validUntilTs = Math.min(written, now + WEEK_MS);
  const keys = new Map<string, ServerKey>();
  for (const [keyId, entry] of entriesOf(old)) {
    const expiredTs = ownValue(entry, 'expired_ts');
    const publicKey = publicKeyOf(entry);
    if (publicKey !== undefined && typeof expiredTs === 'number') {
      keys.set(keyId, { keyId, publicKey, validUntilTs: Math.min(expiredTs, now) });
    }
  }
  let isSigned = false;
  for (const [keyId, entry] of entriesOf(current)) {
    const publicKey = publicKeyOf(entry);
    if (publicKey === undefined || !verifySignedJson(json, serverName, keyId, publicKey)) continue;
    isSigned = true;
    keys.set(keyId, { keyId, publicKey, validUntilTs });
  }
  return isSigned ? { serverName, json, validUntilTs, keys: [...keys.values()] } : undefined;
}

function entriesOf(keys: unknown): [string, unknown][] {
  if (!isJsonObject(keys)) return [];
  return Object.entries(keys)
    .filter(([keyId]) => KEY_ID.test(keyId))
    .slice(0, MAX_KEYS);
}

function publicKeyOf(entry: unknown): string | undefined {
  const key = ownValue(entry, 'key');
  return typeof key === 'string' && decodeBase64(key)?.byteLength === 32 ? key : undefined;
}

/** What this server says of its keys, signed by the current one. */
export function makeKeyDocument(serverName: ServerName, { current, old }: OwnKeys, now: number): JsonObject {
  const oldKeys = old.map(({ keyId, publicKeyBase64, expiredTs }) => {
    return [keyId, { key: publicKeyBase64, expired_ts: expiredTs }];
  });
  const document: JsonObject = {
    server_name: serverName,
    valid_until_ts: now + OWN_VALIDITY_MS,
    verify_keys: { [current.keyId]: { key: current.publicKeyBase64 } },
    old_verify_keys: Object.fromEntries(oldKeys),
  };
  return { ...signJson(document, serverName, current) };
}
