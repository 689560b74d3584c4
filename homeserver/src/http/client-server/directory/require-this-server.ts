import { invalidParam } from '../../../protocol/errors.ts';
import type { Services } from '../../services.ts';

/** @throws MatrixError 400 `M_INVALID_PARAM` when the directory of another server is asked for. */
export function requireThisServer(query: URLSearchParams, { serverName }: Services): void {
  const server = query.get('server') ?? serverName;
  if (server !== serverName) throw invalidParam(`This server does not know the directory of ${server}`);
}
