import type { JsonObject, JsonValue } from './canonical-json.ts';
import type { Pdu } from './events.ts';
import { isRawNumber } from './json-numbers.ts';
import { ownValue } from './json-values.ts';
import type { RoomVersionRules } from './room-versions.ts';

/**
 * Who may do what in a room, read from the content of `m.room.power_levels` with the defaults filled in.
 *
 * Source: specification v1.19, Client-Server API, `m.room.power_levels`; Room version 12, "Creators".
 */
export interface PowerLevels {
  /** The level of a user; `Infinity` for creators from room version 12 on. */
  userLevel(userId: string): number;
  /** The level needed to send an event of this type. */
  eventLevel(type: string, isState: boolean): number;
  readonly ban: number;
  readonly kick: number;
  readonly invite: number;
  readonly redact: number;
  readonly usersDefault: number;
  /** The level needed for a notification of this kind, for instance `room`. */
  notification(key: string): number;
}

/**
 * Reads power levels. Values of the wrong type count as absent.
 * @param content of the room's `m.room.power_levels`; undefined if it has none.
 * @param creators the room's creators: one before room version 12, see `creatorsOf`.
 */
export function powerLevelsOf(
  content: JsonObject | undefined,
  creators: readonly string[],
  rules: RoomVersionRules,
): PowerLevels {
  return new ContentPowerLevels(content, creators, rules);
}

/** Reads levels when they are asked for: most events need two or three of them. */
class ContentPowerLevels implements PowerLevels {
  readonly #content: JsonObject | undefined;
  readonly #creators: readonly string[];
  readonly #rules: RoomVersionRules;

  constructor(content: JsonObject | undefined, creators: readonly string[], rules: RoomVersionRules) {
    this.#content = content;
    this.#creators = creators;
    this.#rules = rules;
  }

  userLevel(userId: string): number {
    if (this.#creators.includes(userId)) {
      if (this.#rules.creatorsHaveInfinitePower) return Number.POSITIVE_INFINITY;
      if (this.#content === undefined) return 100;
    }
    return this.#entry('users', userId) ?? this.usersDefault;
  }

  eventLevel(type: string, isState: boolean): number {
    return (
      this.#entry('events', type) ??
      (isState ? this.#level('state_default', 50) : this.#level('events_default', 0))
    );
  }

  notification(key: string): number {
    return this.#entry('notifications', key) ?? 50;
  }

  get ban(): number {
    return this.#level('ban', 50);
  }

  get kick(): number {
    return this.#level('kick', 50);
  }

  get invite(): number {
    return this.#level('invite', 0);
  }

  get redact(): number {
    return this.#level('redact', 50);
  }

  get usersDefault(): number {
    return this.#level('users_default', 0);
  }

  #level(key: string, fallback: number): number {
    return integerOf(ownValue(this.#content, key), this.#rules) ?? fallback;
  }

  #entry(map: string, key: string): number | undefined {
    return integerOf(ownValue(ownValue(this.#content, map), key), this.#rules);
  }
}

/**
 * The creators of a room: `content.creator` before room version 11, the create event's sender from then on, and from
 * version 12 on also `content.additional_creators`. Remembered for each event object.
 */
export function creatorsOf(create: Pdu, rules: RoomVersionRules): readonly string[] {
  let creators = creatorsByCreate.get(create);
  if (creators === undefined) {
    creators = readCreators(create, rules);
    creatorsByCreate.set(create, creators);
  }
  return creators;
}

const creatorsByCreate = new WeakMap<Pdu, readonly string[]>();

function readCreators(create: Pdu, rules: RoomVersionRules): readonly string[] {
  if (!rules.creatorIsSender) {
    const creator = create.content.creator;
    return typeof creator === 'string' ? [creator] : [];
  }
  const additional = create.content.additional_creators;
  if (!rules.creatorsHaveInfinitePower || !Array.isArray(additional)) return [create.sender];
  return [create.sender, ...additional.filter((userId) => typeof userId === 'string')];
}

const STRING_INTEGER = /^\s*[+-]?[0-9]+\s*$/;

/**
 * A power level, or undefined if it is none. Before room version 10 a string with an integer counts, and a fraction is
 * cut off towards zero.
 */
export function integerOf(value: JsonValue | undefined, rules: RoomVersionRules): number | undefined {
  if (Number.isInteger(value)) return value as number;
  if (rules.integerPowerLevels) return undefined;
  if (typeof value === 'string') return STRING_INTEGER.test(value) ? Number(value) : undefined;
  const fraction = isRawNumber(value) ? Number(value.rawJSON) : value;
  return typeof fraction === 'number' && Number.isFinite(fraction) ? Math.trunc(fraction) : undefined;
}
