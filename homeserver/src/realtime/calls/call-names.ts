import { createHash } from 'node:crypto';
import { encodeBase64 } from '../../protocol/base64.ts';
import { canonicalJson } from '../../protocol/canonical-json.ts';

/** The slot of a room's one call. Clients of before slots mean this one. */
export const ROOM_CALL = 'm.call#ROOM';

/**
 * The name of a call on the SFU: the same for all who are in it, and it does not tell which room it is of.
 *
 * Source: MSC4195, "Pseudonymous livekit alias".
 */
export function callName(roomId: string, slotId: string): string {
  return hashOf([roomId, slotId]);
}

/**
 * The name of a member on the SFU. With a device it is what clients of `org.matrix.msc4143.rtc.member` work out, without
 * one what the newest text of the proposal has.
 *
 * Source: MSC4195, "LiveKit participant identity".
 */
export function memberName(userId: string, memberId: string, deviceId?: string): string {
  return hashOf(deviceId === undefined ? [userId, memberId] : [userId, deviceId, memberId]);
}

function hashOf(parts: readonly string[]): string {
  return encodeBase64(createHash('sha256').update(canonicalJson(parts)).digest());
}
