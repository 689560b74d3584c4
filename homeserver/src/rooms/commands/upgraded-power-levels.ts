import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';
import { isUserId } from '../../protocol/identifiers.ts';
import { integerOf } from '../../protocol/power-levels.ts';
import type { RoomVersionRules } from '../../protocol/room-versions.ts';

/** What `m.room.power_levels` holds levels under: one each, and maps of them. */
const SINGLE = ['users_default', 'events_default', 'state_default', 'ban', 'kick', 'redact', 'invite'];
const MAPS = ['users', 'events', 'notifications'];

/** Where room version 12 puts the tombstone, unless the room puts it higher: above all ordinary administrators. */
const TOMBSTONE_LEVEL = 150;
/** An administrator's, for a creator who stood above all levels where the new room has no such people. */
const ADMINISTRATOR_LEVEL = 100;
/** Below this, nobody talks in a room that was replaced. */
const CLOSED_LEVEL = 50;

/** The two ends of an upgrade. */
export interface Upgrade {
  readonly from: RoomVersionRules;
  readonly to: RoomVersionRules;
  /** Who upgrades, and so creates the new room. */
  readonly creator: string;
  /** The creators of the new room, the first included. */
  readonly creators: readonly string[];
  /** Whether who upgrades is above all levels in the old room. */
  readonly wasAboveAll: boolean;
}

/**
 * The power levels that a replacement room begins with: those of the old room, in the form that the new version wants.
 * Into version 12, creators are no longer listed and the tombstone stands above ordinary administrators; out of it,
 * who upgrades gets a level.
 *
 * Source: Room version 10, "Values in m.room.power_levels must be integers"; Room version 12, "Creators".
 */
export function upgradedPowerLevels(content: JsonObject, upgrade: Upgrade): JsonObject {
  const { from, to, creator, creators, wasAboveAll } = upgrade;
  const levels: JsonObject = { ...content };
  for (const key of SINGLE) {
    const level = levelOf(content[key], from);
    if (level === undefined) delete levels[key];
    else levels[key] = level;
  }
  for (const key of MAPS) levels[key] = levelsIn(content[key], from);
  const users = Object.entries(levels.users as Record<string, number>).filter(([userId]) => isUserId(userId));
  const events = levels.events as Record<string, number>;
  if (to.creatorsHaveInfinitePower) {
    levels.users = Object.fromEntries(users.filter(([userId]) => !creators.includes(userId)));
    const aboveState = (levelOf(content.state_default, from) ?? 50) + 1;
    const tombstone = Math.max(TOMBSTONE_LEVEL, aboveState, events['m.room.tombstone'] ?? 0);
    levels.events = { ...events, 'm.room.tombstone': tombstone };
  } else {
    const highest = Math.max(
      ADMINISTRATOR_LEVEL,
      ...Object.values(events),
      ...users.map(([, level]) => level),
    );
    levels.users = { ...Object.fromEntries(users), ...(wasAboveAll ? { [creator]: highest } : {}) };
  }
  return levels;
}

/**
 * The power levels of a room that was replaced: ordinary members neither talk nor invite any more. Undefined if they
 * cannot already.
 *
 * Source: Client-Server API v1.19, "Room upgrades", "Server behaviour".
 */
export function closedPowerLevels(content: JsonObject, rules: RoomVersionRules): JsonObject | undefined {
  const least = Math.max(CLOSED_LEVEL, (levelOf(content.users_default, rules) ?? 0) + 1);
  const talk = levelOf(content.events_default, rules) ?? 0;
  const invite = levelOf(content.invite, rules) ?? 0;
  if (talk >= least && invite >= least) return undefined;
  return { ...content, events_default: Math.max(talk, least), invite: Math.max(invite, least) };
}

function levelsIn(value: JsonValue | undefined, rules: RoomVersionRules): Record<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const found = Object.entries(value).map(([key, level]) => [key, levelOf(level, rules)] as const);
  return Object.fromEntries(found.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** A level that every room version can say. */
function levelOf(value: JsonValue | undefined, rules: RoomVersionRules): number | undefined {
  const level = integerOf(value, rules);
  return Number.isSafeInteger(level) ? level : undefined;
}
