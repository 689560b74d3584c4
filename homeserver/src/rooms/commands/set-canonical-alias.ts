import type { JsonObject } from '../../protocol/canonical-json.ts';
import { invalidParam, MatrixError } from '../../protocol/errors.ts';
import { isRoomAlias } from '../../protocol/identifiers.ts';
import type { RoomsContext } from '../context.ts';
import type { Room } from '../room.ts';

/**
 * Checks the aliases of an `m.room.canonical_alias` event: those that are new have to lead to this room.
 *
 * Source: Client-Server API v1.19, `PUT /rooms/{roomId}/state/{eventType}/{stateKey}`.
 * @throws MatrixError 400 `M_INVALID_PARAM` for a malformed alias, `M_BAD_ALIAS` for one that leads elsewhere.
 */
export async function requireAliasesOfRoom(
  context: RoomsContext,
  room: Room,
  content: JsonObject,
): Promise<void> {
  const known = new Set(aliasesIn(room.content('m.room.canonical_alias') ?? {}));
  for (const alias of aliasesIn(content)) {
    if (!isRoomAlias(alias)) throw invalidParam(`${alias} is not a room alias`);
    if (known.has(alias)) continue;
    const found = await context.storage.rooms.alias(alias);
    if (found?.roomNid !== room.nid) {
      throw new MatrixError(400, 'M_BAD_ALIAS', `${alias} does not lead to this room`);
    }
  }
}

function aliasesIn({ alias, alt_aliases: others }: JsonObject): string[] {
  const values = [alias ?? null, ...(Array.isArray(others) ? others : [])].filter((value) => value !== null);
  if (values.some((value) => typeof value !== 'string') || (others !== undefined && !Array.isArray(others))) {
    throw invalidParam('alias must be a string and alt_aliases a list of strings');
  }
  return values as string[];
}
