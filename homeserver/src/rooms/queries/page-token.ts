import { invalidParam } from '../../protocol/errors.ts';
import { formatStreamToken, parseStreamToken } from '../../stream/index.ts';
import type { RoomsContext } from '../context.ts';

/** The token for a position in the log. */
export function pageToken({ epoch }: RoomsContext, position: number): string {
  return formatStreamToken({ epoch, position, ephemeral: 0 });
}

/**
 * The position that a token stands for: after this row of the log. Undefined for no token.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` for something that this server did not give out.
 */
export function positionOfToken({ epoch }: RoomsContext, token: string | undefined): number | undefined {
  if (token === undefined) return undefined;
  const parsed = parseStreamToken(token);
  if (parsed?.epoch !== epoch) throw invalidParam(`${token} is not a token of this server`);
  return parsed.position;
}
