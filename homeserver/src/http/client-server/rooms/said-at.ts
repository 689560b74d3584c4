import type { Requester } from '../../endpoint.ts';
import { integerQuery } from '../../request-values.ts';

/**
 * When an event was said, as only an application service may claim; undefined for now.
 *
 * Source: Client-Server API v1.19, "Timestamp massaging".
 */
export function saidAt({
  query,
  requester,
}: {
  readonly query: URLSearchParams;
  readonly requester: Requester;
}): number | undefined {
  return requester.appService === undefined ? undefined : integerQuery(query, 'ts');
}
