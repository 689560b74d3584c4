import type { JsonObject } from '../../protocol/canonical-json.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';
import { forClient } from '../joining/ask-in-turn.ts';

/**
 * A page of another server's directory of public rooms, as that gives it.
 *
 * Source: Server-Server API v1.19, `POST /publicRooms`.
 * @param request as a client sends it.
 * @throws MatrixError 502 `M_UNKNOWN` if the server does not answer; what it refuses.
 */
export async function getPublicRoomsOf(
  { client }: FederationContext,
  server: ServerName,
  request: JsonObject,
): Promise<JsonObject> {
  try {
    const answer = await client.request({
      destination: server,
      method: 'POST',
      path: '/_matrix/federation/v1/publicRooms',
      body: request,
      isUrgent: true,
    });
    if (!Array.isArray(answer.chunk)) throw new FederationError(server, 'malformed', 'it lists no rooms');
    return answer;
  } catch (error) {
    throw error instanceof FederationError ? forClient(error) : error;
  }
}
