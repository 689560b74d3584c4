import type { JsonObject, JsonValue } from '../canonical-json.ts';

/** What push rules can look at: an event in client format, decrypted or not. */
export interface PushEventInput {
  readonly type: string;
  readonly sender: string;
  readonly room_id: string;
  readonly state_key?: string;
  readonly content: JsonObject;
}

/** What push rules can ask of the room; the same for all its users. */
export interface PushRoom {
  /** Joined members. */
  readonly memberCount: number;
  /** Whether the event's sender has the level for notifications of this kind, for instance `room`. */
  senderMayNotify(key: string): boolean;
}

/** A property path, split into the names of properties. */
export type PropertyPath = readonly string[];

/**
 * An event made ready for the rules of all users of its room: what is costly, or the same for everybody, is done once.
 */
export class PushEvent {
  readonly sender: string;
  readonly roomId: string;
  readonly room: PushRoom;
  readonly #root: JsonObject;
  readonly #lowerCase = new Map<string, string>();
  readonly #remembered: boolean[] = [];

  constructor(event: PushEventInput, room: PushRoom) {
    this.sender = event.sender;
    this.roomId = event.room_id;
    this.room = room;
    this.#root = event as unknown as JsonObject;
  }

  /** What was remembered in a slot; undefined if nothing was. */
  recall(slot: number): boolean | undefined {
    return this.#remembered[slot];
  }

  /** Remembers whether a rule that is the same for all users matches. */
  remember(slot: number, matches: boolean): boolean {
    this.#remembered[slot] = matches;
    return matches;
  }

  /** The value at a path; undefined if the event has none. */
  valueAt(path: PropertyPath): JsonValue | undefined {
    let value: JsonValue | undefined = this.#root;
    for (const name of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as JsonObject)[name];
    }
    return value;
  }

  /** The string at a path in lower case; undefined if there is no string. */
  lowerCaseAt(path: PropertyPath): string | undefined {
    const value = this.valueAt(path);
    if (typeof value !== 'string') return undefined;
    let lowerCase = this.#lowerCase.get(value);
    if (lowerCase === undefined) {
      lowerCase = value.toLowerCase();
      this.#lowerCase.set(value, lowerCase);
    }
    return lowerCase;
  }
}

/**
 * Splits a dot-separated property path. `\.` and `\\` stand for a dot and a backslash in a name, other backslashes for
 * themselves.
 *
 * Source: specification v1.19, Appendices, "Dot-separated property paths".
 */
export function parsePropertyPath(key: string): PropertyPath {
  const names: string[] = [];
  let name = '';
  for (let index = 0; index < key.length; index++) {
    const character = key[index];
    const next = key[index + 1];
    if (character === '\\' && (next === '.' || next === '\\')) {
      name += next;
      index++;
    } else if (character === '.') {
      names.push(name);
      name = '';
    } else {
      name += character;
    }
  }
  return [...names, name];
}
