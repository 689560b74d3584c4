import { invalidParam } from '../../protocol/errors.ts';
import { formatStreamToken, parseStreamToken } from '../../stream/index.ts';
import type { RoomsContext } from '../context.ts';

/** In the history that was fetched later, where positions are below zero. */
const OLDER = /^h[0-9A-Za-z_-]{1,64}\.(\d{1,15})$/;

/** The token for a position in the log. */
export function pageToken({ epoch }: RoomsContext, position: number): string {
  if (position < 0) return `h${epoch}.${-position}`;
  return formatStreamToken({ epoch, position, ephemeral: 0 });
}

/** A position before every row of the log. */
export async function beginningOfLog({ storage }: RoomsContext): Promise<number> {
  return Math.min(0, (await storage.log.oldest()) - 1);
}

/**
 * The position that a token stands for: after this row of the log. Undefined for no token.
 *
 * A token of another life of the database counts as well: what is left of the log of that life has the positions that
 * it had, and whatever came since is beyond all that it gave out. So clients that were scrolling when the database was
 * restored or moved just go on.
 *
 * @throws MatrixError 400 `M_INVALID_PARAM` for something that this server did not give out.
 */
export function positionOfToken(token: string | undefined): number | undefined {
  if (token === undefined) return undefined;
  const [, older] = OLDER.exec(token) ?? [];
  if (older !== undefined) return -Number(older);
  const parsed = parseStreamToken(token);
  if (parsed === undefined) throw invalidParam(`${token} is not a token of this server`);
  return parsed.position;
}
