import { OAuthError } from './oauth-error.ts';

/** The names of the stable specification, and those of MSC2967 that apps still use. */
const API_SCOPES: readonly string[] = [
  'urn:matrix:client:api:*',
  'urn:matrix:org.matrix.msc2967.client:api:*',
];
const DEVICE_PREFIXES = ['urn:matrix:client:device:', 'urn:matrix:org.matrix.msc2967.client:device:'];
/** Unreserved characters of RFC 3986; no longer than device IDs may be. */
const DEVICE_ID = /^[A-Za-z0-9._~-]{1,255}$/;

/** What an app may do once somebody has signed it in: everything, as one device. */
export interface GrantedScope {
  /** The scopes that were granted, as in the request. */
  readonly scope: string;
  readonly deviceId: string;
}

/**
 * Reads the scopes that an app asks for. What this server does not know, it does not grant: `openid`, for instance.
 *
 * Source: Client-Server API v1.19, "Scope"; MSC2967.
 * @throws {OAuthError} `invalid_scope` unless they name the whole API and one device.
 */
export function parseScope(asked: string): GrantedScope {
  const words = [...new Set(asked.split(' '))];
  const api = words.filter((word) => API_SCOPES.includes(word));
  const devices = words.flatMap((word) => {
    const prefix = DEVICE_PREFIXES.find((known) => word.startsWith(known));
    return prefix === undefined ? [] : [{ word, deviceId: word.slice(prefix.length) }];
  });
  if (api.length === 0) throw new OAuthError('invalid_scope', `The scope must have ${API_SCOPES[0]}`);
  const ids = new Set(devices.map(({ deviceId }) => deviceId));
  const [deviceId] = ids;
  if (ids.size !== 1 || deviceId === undefined || !DEVICE_ID.test(deviceId)) {
    throw new OAuthError('invalid_scope', `The scope must have one device: ${DEVICE_PREFIXES[0]}ID`);
  }
  return { scope: [...api, ...devices.map(({ word }) => word)].join(' '), deviceId };
}

/** What the session of a device is good for. */
export function scopeOfDevice(deviceId: string): string {
  return `${API_SCOPES[0]} ${DEVICE_PREFIXES[0]}${deviceId}`;
}

/** All names of what the session of a device is good for: any of them may be asked for again. */
export function acceptedScopes(deviceId: string): string[] {
  return [...API_SCOPES, ...DEVICE_PREFIXES.map((prefix) => prefix + deviceId)];
}
