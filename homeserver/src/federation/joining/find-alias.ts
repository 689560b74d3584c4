import { domainOf, isRoomId, isServerName } from '../../protocol/identifiers.ts';
import type { RoomElsewhere } from '../../rooms/index.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { forClient } from './ask-in-turn.ts';

const MOST_SERVERS = 50;

/**
 * The room behind an alias of another server.
 *
 * Source: Server-Server API v1.19, `GET /query/directory`.
 * @returns undefined if there is no such alias.
 * @throws MatrixError 502 `M_UNKNOWN` if the server does not answer.
 */
export async function findAlias(
  { client }: FederationContext,
  alias: string,
): Promise<RoomElsewhere | undefined> {
  const server = domainOf(alias);
  try {
    const { room_id: roomId, servers } = await client.request({
      destination: server,
      method: 'GET',
      path: `/_matrix/federation/v1/query/directory?room_alias=${encodeURIComponent(alias)}`,
      isUrgent: true,
    });
    if (!isRoomId(roomId)) throw new FederationError(server, 'malformed', 'it names no room');
    const named = (Array.isArray(servers) ? servers : []).filter(
      (name): name is string => typeof name === 'string' && isServerName(name),
    );
    return { roomId, servers: [...new Set([server, ...named])].slice(0, MOST_SERVERS) };
  } catch (error) {
    if (!(error instanceof FederationError)) throw error;
    if (error.failure === 'refused' && error.status === 404) return undefined;
    throw forClient(error);
  }
}
