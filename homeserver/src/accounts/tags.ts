import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam } from '../protocol/errors.ts';
import { isJsonObject } from '../protocol/json-values.ts';
import type { AccountData } from './account-data.ts';
import { checkName } from './names.ts';

/** What a tag says: where the room stands among the others of the tag, from 0 to 1. */
export interface TagContent {
  readonly order?: number | undefined;
}

const TYPE = 'm.tag';

/**
 * The tags that users give their rooms, kept as account data `m.tag` of the room.
 *
 * Source: Client-Server API v1.19, "Room Tagging".
 */
export class Tags {
  readonly #accountData: AccountData;

  constructor(accountData: AccountData) {
    this.#accountData = accountData;
  }

  /** The tags of a room, by name. */
  async list(userNid: number, roomNid: number): Promise<JsonObject> {
    return tagsIn(await this.#accountData.get(userNid, roomNid, TYPE));
  }

  /**
   * Gives a room a tag, or changes it.
   * @throws {MatrixError} 400 `M_INVALID_PARAM` for a name over 255 bytes or an order outside 0 to 1.
   */
  async set(
    userNid: number,
    roomNid: number,
    tag: string,
    content: TagContent & Readonly<Record<string, unknown>>,
  ): Promise<void> {
    checkName(tag, 'The tag');
    const { order } = content;
    if (order !== undefined && !(order >= 0 && order <= 1)) {
      throw invalidParam('The order of a tag is a number from 0 to 1');
    }
    await this.#accountData.update({ userNid, roomNid, type: TYPE }, (before) => ({
      tags: { ...tagsIn(before), [tag]: content as JsonObject },
    }));
  }

  /** Takes a tag away; nothing happens when the room has none of this name. */
  async delete(userNid: number, roomNid: number, tag: string): Promise<void> {
    if (!Object.hasOwn(await this.list(userNid, roomNid), tag)) return;
    await this.#accountData.update({ userNid, roomNid, type: TYPE }, (before) => {
      const { [tag]: _deleted, ...tags } = tagsIn(before);
      return { tags };
    });
  }
}

/** Clients may also write `m.tag` themselves, in any form. */
function tagsIn(content: JsonObject | undefined): JsonObject {
  const tags = content?.tags;
  return isJsonObject(tags) ? tags : {};
}
