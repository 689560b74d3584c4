import type { JsonObject } from '../../protocol/canonical-json.ts';
import { badJson } from '../../protocol/errors.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import type { RoomRequest } from './create-room.ts';

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
  const isPrivate = request.preset === 'private_chat' || request.preset === 'trusted_private_chat';
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
      'm.room.tombstone': rules.creatorsHaveInfinitePower ? 150 : 100,
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: isPrivate ? 0 : 50,
    historical: 100,
    ...override,
  };
}
