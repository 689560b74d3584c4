import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { badJson } from '../../protocol/errors.ts';
import { isUserId } from '../../protocol/identifiers.ts';
import { isJsonObject } from '../../protocol/json-values.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';
import { isSlowMode, SLOW_MODE } from '../../protocol/slow-mode.ts';
import type { EventDraft } from '../event-chain.ts';

/** The texts that an event of a type has to have. Source: Client-Server API v1.19, the types' schemas. */
const TEXTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['m.room.message', ['msgtype', 'body']],
  ['m.room.name', ['name']],
  ['m.room.topic', ['topic']],
  ['m.room.tombstone', ['replacement_room']],
]);

const LEVELS = ['ban', 'events_default', 'invite', 'kick', 'redact', 'state_default', 'users_default'];
const MAPS_OF_LEVELS = ['events', 'notifications', 'users'];

/**
 * Refuses content of the known types that no client could show, or that would take power from everybody. Rooms would
 * take it, and so it comes from other servers; what is sent here is held to the specification, as Synapse does.
 *
 * @throws MatrixError 400 `M_BAD_JSON`.
 */
export function requireContentForm(
  rules: RoomVersionRules,
  { type, stateKey, content }: Pick<EventDraft, 'type' | 'stateKey' | 'content'>,
): void {
  for (const key of TEXTS.get(type) ?? []) {
    if (typeof content[key] !== 'string') throw badJson(`${type} needs a ${key}, which is a text`);
  }
  if (TEXTS.has(type) && (type === 'm.room.message') === (stateKey !== undefined)) {
    throw badJson(`${type} is ${stateKey === undefined ? 'a piece of state' : 'no piece of state'}`);
  }
  if (type === 'm.room.power_levels' && rules.integerPowerLevels) requireLevels(content);
  if (type === SLOW_MODE && stateKey !== undefined && !isSlowMode(content)) {
    throw badJson('seconds must be an integer of at most six hours, exempt_pl a power level');
  }
  if (content['m.mentions'] !== undefined) requireMentions(content['m.mentions']);
}

function requireLevels(content: JsonObject): void {
  for (const key of LEVELS) if (content[key] !== undefined) requireLevel(key, content[key]);
  for (const key of MAPS_OF_LEVELS) {
    const levels = content[key];
    if (levels === undefined) continue;
    if (!isJsonObject(levels)) throw badJson(`${key} must be an object of power levels`);
    for (const [name, level] of Object.entries(levels)) requireLevel(`${key}.${name}`, level);
  }
  const noUser = isJsonObject(content.users) && Object.keys(content.users).find((name) => !isUserId(name));
  if (noUser) throw badJson(`${noUser} is not a user ID`);
}

function requireLevel(place: string, level: JsonValue | undefined): void {
  if (!Number.isSafeInteger(level)) throw badJson(`${place} must be an integer`);
}

function requireMentions(mentions: JsonValue): void {
  const isForm =
    isJsonObject(mentions) &&
    (mentions.room === undefined || typeof mentions.room === 'boolean') &&
    (mentions.user_ids === undefined ||
      (Array.isArray(mentions.user_ids) && mentions.user_ids.every((userId) => typeof userId === 'string')));
  if (!isForm)
    throw badJson('m.mentions must have a list of texts as user_ids, true or false as room, or neither');
}
