import type { MediaRequest } from '../../../media/index.ts';
import { integerQuery } from '../../request-values.ts';

/** Which media a call asks for, and how long it waits for an upload. */
export function mediaRequest(call: {
  params: { serverName: string; mediaId: string };
  query: URLSearchParams;
  signal: AbortSignal;
}): MediaRequest {
  const { serverName, mediaId } = call.params;
  return { serverName, mediaId, timeoutMs: integerQuery(call.query, 'timeout_ms'), signal: call.signal };
}
