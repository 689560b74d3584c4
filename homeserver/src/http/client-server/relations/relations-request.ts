import type { RelationsRequest } from '../../../rooms/index.ts';
import { booleanQuery, enumQuery, integerQuery, textQuery } from '../../request-values.ts';

/**
 * Reads the query that the three forms of the request share. `recurse` has an unstable name, which clients still use
 * (MSC3981).
 */
export function readRelationsQuery(query: URLSearchParams): RelationsRequest {
  const unstable = 'org.matrix.msc3981.recurse';
  return {
    direction: enumQuery(query, 'dir', ['b', 'f']) ?? 'b',
    from: textQuery(query, 'from'),
    to: textQuery(query, 'to'),
    limit: integerQuery(query, 'limit'),
    recurse: booleanQuery(query, 'recurse') ?? booleanQuery(query, unstable) ?? false,
  };
}
