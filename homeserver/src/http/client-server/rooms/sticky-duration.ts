import { invalidParam } from '../../../protocol/errors.ts';
import { LONGEST_STICKY_MS } from '../../../protocol/sticky.ts';
import { integerQuery } from '../../request-values.ts';

const PARAMETER = 'org.matrix.msc4354.sticky_duration_ms';

/**
 * For how long the event that a request sends is to stick (MSC4354), in milliseconds; undefined for not at all.
 * @throws MatrixError 400 `M_INVALID_PARAM` for more than an hour.
 */
export function stickyDurationIn(query: URLSearchParams): number | undefined {
  const stickyMs = integerQuery(query, PARAMETER);
  if (stickyMs !== undefined && stickyMs > LONGEST_STICKY_MS) {
    throw invalidParam(`${PARAMETER} must be at most ${LONGEST_STICKY_MS}`);
  }
  return stickyMs === 0 ? undefined : stickyMs;
}
