import { MatrixError } from './errors.ts';

/**
 * The identifiers of Matrix: their grammar and their parts. All of them are plain strings.
 *
 * Source: specification v1.19, Appendices, "Common identifier format" and "Server name".
 */
export type UserId = string;
export type RoomId = string;
export type EventId = string;
export type RoomAlias = string;
export type ServerName = string;

/** The most bytes (UTF-8, sigil and domain included) that an identifier may have. */
export const MAX_IDENTIFIER_BYTES = 255;

const DNS_NAME = /^[0-9A-Za-z.-]{1,255}$/;
const IPV6_LITERAL = /^\[[0-9A-Fa-f:.]{2,45}\]$/;
const PORT = /^[0-9]{1,5}$/;
const LOCAL_USER_LOCALPART = /^[a-z0-9._=/+-]+$/;
const MEDIA_ID = /^[0-9A-Za-z_-]+$/;

/** Whether `name` is a server name: a DNS name, an IPv4 address or a bracketed IPv6 address, with or without a port. */
export function isServerName(name: string): name is ServerName {
  const portColon = name.endsWith(']') ? -1 : name.lastIndexOf(':');
  if (portColon === -1) return DNS_NAME.test(name) || IPV6_LITERAL.test(name);
  const host = name.slice(0, portColon);
  return PORT.test(name.slice(portColon + 1)) && (DNS_NAME.test(host) || IPV6_LITERAL.test(host));
}

/** What follows the first colon of an identifier; the empty string if there is no colon (room IDs of version 12). */
export function domainOf(id: string): ServerName {
  const colon = id.indexOf(':');
  return colon === -1 ? '' : id.slice(colon + 1);
}

function fitsIdentifier(id: string): boolean {
  // A UTF-16 code unit never takes more than three bytes of UTF-8, so that most IDs need no counting.
  return id.length * 3 <= MAX_IDENTIFIER_BYTES || Buffer.byteLength(id) <= MAX_IDENTIFIER_BYTES;
}

function parseQualified(id: unknown, sigil: string): { localpart: string; domain: ServerName } | undefined {
  if (typeof id !== 'string' || id[0] !== sigil || !fitsIdentifier(id)) return undefined;
  const colon = id.indexOf(':');
  if (colon === -1) return undefined;
  const localpart = id.slice(1, colon);
  const domain = id.slice(colon + 1);
  if (localpart.includes('\0') || !localpart.isWellFormed() || !isServerName(domain)) return undefined;
  return { localpart, domain };
}

/**
 * The parts of a user ID, or undefined if it is none. Historical localparts (any character but `:` and NUL, also
 * none at all) are user IDs: they exist in rooms that federate.
 */
export function parseUserId(id: unknown): { localpart: string; domain: ServerName } | undefined {
  return parseQualified(id, '@');
}

/** Whether `id` is a user ID, historical ones included. */
export function isUserId(id: unknown): id is UserId {
  return parseUserId(id) !== undefined;
}

/** Whether `id` is a room ID: `!opaque:domain`, or `!hash` as from room version 12 on. */
export function isRoomId(id: unknown): id is RoomId {
  return isOpaqueId(id, '!');
}

/** Whether `id` is an event ID: `$opaque:domain` (room versions 1 and 2) or `$hash`. */
export function isEventId(id: unknown): id is EventId {
  return isOpaqueId(id, '$');
}

function isOpaqueId(id: unknown, sigil: string): boolean {
  if (typeof id !== 'string' || id.length < 2 || id[0] !== sigil || !fitsIdentifier(id)) return false;
  return !id.includes('\0') && id.isWellFormed();
}

/** The parts of a room alias (`#localpart:domain`), or undefined if it is none. */
export function parseRoomAlias(id: unknown): { localpart: string; domain: ServerName } | undefined {
  return parseQualified(id, '#');
}

/** Whether `id` is a room alias. */
export function isRoomAlias(id: unknown): id is RoomAlias {
  return parseRoomAlias(id) !== undefined;
}

/** Whether a new local user may have this localpart. Does not look at the length: `makeUserId` does. */
export function isValidLocalpart(localpart: string): boolean {
  return LOCAL_USER_LOCALPART.test(localpart);
}

/**
 * The ID of a new local user.
 * @throws {MatrixError} 400 `M_INVALID_USERNAME` if the localpart has other characters than `a-z0-9._=/+-` or the
 * whole ID is longer than 255 bytes.
 */
export function makeUserId(localpart: string, domain: ServerName): UserId {
  if (!isValidLocalpart(localpart)) {
    throw new MatrixError(
      400,
      'M_INVALID_USERNAME',
      'A user name has only the characters a-z, 0-9 and . _ = / + -',
    );
  }
  const id = `@${localpart}:${domain}`;
  if (!fitsIdentifier(id)) {
    throw new MatrixError(
      400,
      'M_INVALID_USERNAME',
      `A user ID has at most ${MAX_IDENTIFIER_BYTES} bytes, the server's name included`,
    );
  }
  return id;
}

/** The parts of a `mxc://server/mediaId` URI, or undefined if it is none. */
export function parseMxcUri(uri: unknown): { serverName: ServerName; mediaId: string } | undefined {
  if (typeof uri !== 'string' || !uri.startsWith('mxc://')) return undefined;
  const slash = uri.indexOf('/', 6);
  if (slash === -1) return undefined;
  const serverName = uri.slice(6, slash);
  const mediaId = uri.slice(slash + 1);
  return isServerName(serverName) && MEDIA_ID.test(mediaId) ? { serverName, mediaId } : undefined;
}

/** Whether `uri` is a `mxc://` URI. */
export function isMxcUri(uri: unknown): uri is string {
  return parseMxcUri(uri) !== undefined;
}
