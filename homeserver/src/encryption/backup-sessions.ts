import type { JsonObject, JsonValue } from '../protocol/canonical-json.ts';
import { badJson, invalidParam, tooLarge } from '../protocol/errors.ts';
import { isRoomId, type RoomId } from '../protocol/identifiers.ts';
import { isJsonObject } from '../protocol/json-values.ts';
import type { StoredBackupSession } from '../storage/index.ts';

/**
 * Room keys in a backup: their form, and which of two is kept.
 *
 * Source: Client-Server API v1.19, "Server-side key backups".
 */
const MAX_SESSION_BYTES = 65_536;
const MAX_ID_BYTES = 255;

/** Tells sessions of a backup apart. */
export function sessionKey({ roomId, sessionId }: StoredBackupSession): string {
  return `${roomId}\0${sessionId}`;
}

/** Whether a key replaces another one of its session; the store decides in the same way when it writes. */
export function isBetter(one: StoredBackupSession, other: StoredBackupSession | undefined): boolean {
  if (other === undefined) return true;
  if (one.isVerified !== other.isVerified) return one.isVerified;
  if (one.firstMessageIndex !== other.firstMessageIndex) {
    return one.firstMessageIndex < other.firstMessageIndex;
  }
  return one.forwardedCount < other.forwardedCount;
}

/**
 * Reads room keys by room and session, as clients upload them.
 * @throws {MatrixError} 400 `M_BAD_JSON`, `M_INVALID_PARAM`; 413 `M_TOO_LARGE`.
 */
export function parseRooms(rooms: JsonObject): StoredBackupSession[] {
  return Object.entries(rooms).flatMap(([roomId, room]) => {
    if (!isRoomId(roomId)) throw invalidParam('The rooms must be named by their room IDs');
    const sessions = isJsonObject(room) ? room.sessions : undefined;
    if (!isJsonObject(sessions)) throw badJson(`The keys of ${roomId} must be in an object named sessions`);
    return Object.entries(sessions).map(([sessionId, session]) => parseSession(roomId, sessionId, session));
  });
}

function parseSession(roomId: RoomId, sessionId: string, session: JsonValue): StoredBackupSession {
  const bytes = Buffer.byteLength(sessionId);
  if (bytes === 0 || bytes > MAX_ID_BYTES || sessionId.includes('\0') || !sessionId.isWellFormed()) {
    throw invalidParam('A session ID has 1 to 255 bytes');
  }
  if (!isJsonObject(session)) throw badJson('A backed up key must be an object');
  const { is_verified: isVerified, session_data: data } = session;
  if (typeof isVerified !== 'boolean') throw badJson('is_verified must be true or false');
  if (!isJsonObject(data)) throw badJson('session_data must be an object');
  const sessionData = JSON.stringify(data);
  if (Buffer.byteLength(sessionData) > MAX_SESSION_BYTES) {
    throw tooLarge(`session_data has at most ${MAX_SESSION_BYTES} bytes`);
  }
  return {
    roomId,
    sessionId,
    isVerified,
    firstMessageIndex: countIn(session, 'first_message_index'),
    forwardedCount: countIn(session, 'forwarded_count'),
    sessionData,
  };
}

function countIn(session: JsonObject, field: string): number {
  const value = session[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidParam(`${field} must be an integer that is not negative`);
}

/** A room key as clients get it. */
export function presentSession(session: StoredBackupSession): JsonObject {
  return {
    first_message_index: session.firstMessageIndex,
    forwarded_count: session.forwardedCount,
    is_verified: session.isVerified,
    session_data: JSON.parse(session.sessionData) as JsonObject,
  };
}
