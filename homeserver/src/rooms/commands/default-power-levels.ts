import type { JsonObject } from '../../protocol/canonical-json.ts';
import { badJson } from '../../protocol/errors.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { Preset, RoomRequest } from './create-room.ts';

/**
 * The power levels of a new room: Synapse's defaults, and the request's keys over them. From version 12 on creators
 * are above all levels and are not listed, and a tombstone takes more than an ordinary administrator (150).
 *
 * Source: Client-Server API v1.19, `POST /createRoom`; Room version 12.
 */
export function defaultPowerLevels(
  creator: string,
  request: RoomRequest,
  rules: RoomVersionRules,
): JsonObject {
  const isPublic = presetOf(request) === 'public_chat';
  const trusted = request.preset === 'trusted_private_chat' ? (request.invite ?? []) : [];
  const users = rules.creatorsHaveInfinitePower
    ? {}
    : Object.fromEntries([creator, ...trusted].map((userId) => [userId, 100]));
  const override = request.powerLevelOverride ?? {};
  if (
    rules.creatorsHaveInfinitePower &&
    isJsonObject(override.users) &&
    Object.hasOwn(override.users, creator)
  ) {
    throw badJson('power_level_content_override may not list the creator, who is above all levels');
  }
  return {
    users,
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.avatar': 50,
      'm.room.canonical_alias': 50,
      'm.room.history_visibility': 100,
      'm.room.power_levels': 100,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
      // So that a stranger cannot make everybody's phone ring.
      ...(isPublic && { 'm.call.invite': 50 }),
      'm.room.tombstone': rules.creatorsHaveInfinitePower ? 150 : 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: isPublic ? 50 : 0,
    historical: 100,
    ...override,
  };
}

/** The preset of a new room; unless it is given, its visibility in the directory decides. */
export function presetOf({ preset, visibility }: RoomRequest): Preset {
  return preset ?? (visibility === 'public' ? 'public_chat' : 'private_chat');
}
