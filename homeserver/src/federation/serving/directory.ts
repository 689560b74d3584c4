import { notFound } from '../../protocol/errors.ts';
import { parseRoomAlias, type RoomAlias, type RoomId, type ServerName } from '../../protocol/identifiers.ts';
import { blockerOfRoom, lookUpAlias, serversIn } from '../../rooms/index.ts';
import type { ServingContext } from './reader.ts';

/** Through as many servers can a room be entered; more are of no use to whoever asks. */
const MOST_SERVERS = 100;

/**
 * The room behind an alias of this server, and the servers that are in it, this one first.
 *
 * Source: Server-Server API v1.19, `GET /query/directory`.
 * @throws MatrixError 404 `M_NOT_FOUND` for an alias that is not here, or whose room is blocked.
 */
export async function serveAlias(
  context: ServingContext,
  alias: RoomAlias,
): Promise<{ room_id: RoomId; servers: ServerName[] }> {
  const { rooms } = context;
  const nowhere = notFound(`There is no ${alias} here`);
  if (parseRoomAlias(alias)?.domain !== rooms.serverName) throw nowhere;
  const { roomId } = await lookUpAlias(rooms, alias);
  if ((await blockerOfRoom(rooms, roomId)) !== undefined) throw nowhere;
  const room = await rooms.registry.byId(roomId);
  const servers = room === undefined ? [] : serversIn(room);
  const others = [...servers].filter((server) => server !== rooms.serverName);
  return { room_id: roomId, servers: [rooms.serverName, ...others].slice(0, MOST_SERVERS) };
}
