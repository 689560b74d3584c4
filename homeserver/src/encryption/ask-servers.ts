import type { Logger } from '../base/logger.ts';
import type { JsonObject } from '../protocol/canonical-json.ts';
import { invalidParam, tooLarge } from '../protocol/errors.ts';
import { domainOf, isUserId, type ServerName, type UserId } from '../protocol/identifiers.ts';

/** What a client is told of servers that could not be asked, by server. */
export type Failures = Record<ServerName, JsonObject>;

/** Unless the client says so. */
const DEFAULT_TIMEOUT_MS = 10_000;
const LONGEST_TIMEOUT_MS = 60_000;

/** Far more than clients ask for at once, who take large rooms in parts. */
export const MOST_ASKED = 10_000;

/** @throws {MatrixError} 400 `M_INVALID_PARAM` if a key of the object is no user ID; 413 `M_TOO_LARGE`. */
export function checkUserIds(users: object): void {
  const userIds = Object.keys(users);
  if (userIds.length > MOST_ASKED) throw tooLarge(`At most ${MOST_ASKED} users can be asked about at once`);
  for (const userId of userIds) {
    if (!isUserId(userId)) throw invalidParam('The users must be named by their user IDs');
  }
}

/** Sorts what is asked of users by their server. */
export function byServer<Asked>(
  users: Readonly<Record<UserId, Asked>>,
): Map<ServerName, Record<UserId, Asked>> {
  const servers = Map.groupBy(Object.entries(users), ([userId]) => domainOf(userId));
  return new Map([...servers].map(([server, entries]) => [server, Object.fromEntries(entries)]));
}

/**
 * Asks other servers, all at once; those that fail are told of in the result, as Synapse does.
 * @param timeoutMs as the client wants it, if it does.
 * @param ask one server, within a time in milliseconds.
 */
export async function askServers<Asked>(
  servers: ReadonlyMap<ServerName, Asked>,
  timeoutMs: number | undefined,
  logger: Logger,
  ask: (server: ServerName, asked: Asked, timeoutMs: number) => Promise<void>,
): Promise<Failures> {
  const failures: Failures = {};
  const patience = Math.min(Math.max(timeoutMs ?? DEFAULT_TIMEOUT_MS, 0), LONGEST_TIMEOUT_MS);
  await Promise.all(
    [...servers].map(async ([server, asked]) => {
      try {
        await ask(server, asked, patience);
      } catch (error) {
        logger.debug('a server could not be asked for keys', { server, error });
        failures[server] = { status: 503, message: 'The server could not be reached' };
      }
    }),
  );
  return failures;
}
