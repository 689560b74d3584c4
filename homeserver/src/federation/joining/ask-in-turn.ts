import { MatrixError } from '../../protocol/errors.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import type { FederationContext } from '../context.ts';
import { FederationError } from '../federation-error.ts';

/** What one server cannot do another one may: it does not know the room, or has nobody who may let people in. As Synapse. */
const ASK_ANOTHER: readonly unknown[] = [
  'M_NOT_FOUND',
  'M_UNRECOGNIZED',
  'M_UNABLE_TO_AUTHORISE_JOIN',
  'M_UNABLE_TO_GRANT_JOIN',
];

/**
 * Asks servers one after another until one has an answer, or refuses in a way that others would as well.
 *
 * @throws MatrixError what was refused, or 502 `M_UNKNOWN` if nobody has answered; 403 `M_FORBIDDEN` if this server
 * deals with none of them.
 */
export async function askInTurn<Answer>(
  { logger, policy }: Pick<FederationContext, 'logger' | 'policy'>,
  servers: readonly ServerName[],
  ask: (server: ServerName) => Promise<Answer>,
): Promise<Answer> {
  let failure = new MatrixError(
    403,
    'M_FORBIDDEN',
    'This server does not deal with the servers of this room',
  );
  for (const server of servers.filter((named) => policy.isAllowed(named))) {
    try {
      return await ask(server);
    } catch (error) {
      if (!(error instanceof FederationError)) throw error;
      logger.info('a server was asked in vain', { server, error });
      failure = forClient(error);
      if (error.failure === 'refused' && (error.status ?? 0) < 500 && !ASK_ANOTHER.includes(error.errcode))
        break;
    }
  }
  throw failure;
}

/** What a client is told of another server's failure. */
export function forClient(error: FederationError): MatrixError {
  const { destination, failure, status = 0, errcode = 'M_UNKNOWN', message } = error;
  if (failure === 'denied') return new MatrixError(403, 'M_FORBIDDEN', message);
  if (failure === 'refused' && status >= 400 && status < 500 && status !== 401 && status !== 429) {
    return new MatrixError(status, errcode, message);
  }
  return new MatrixError(502, 'M_UNKNOWN', `${destination} did not answer as it should: ${message}`);
}
