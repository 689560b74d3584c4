import { invalidParam } from '../../../protocol/errors.ts';
import { isServerName, type ServerName } from '../../../protocol/identifiers.ts';
import { textQuery } from '../../request-values.ts';
import type { Services } from '../../services.ts';

/**
 * The other server whose directory is asked for; undefined for that of this one.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` for what is no server name.
 */
export function otherServerOf(query: URLSearchParams, { serverName }: Services): ServerName | undefined {
  const server = textQuery(query, 'server') ?? serverName;
  if (!isServerName(server)) throw invalidParam(`${server} is no server name`);
  return server === serverName ? undefined : server;
}
