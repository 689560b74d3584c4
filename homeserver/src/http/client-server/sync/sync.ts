import { PRESENCE_STATES } from '../../../realtime/index.ts';
import type { StateKey } from '../../../sync/index.ts';
import { endpoint } from '../../endpoint.ts';
import { booleanQuery, enumQuery, integerQuery, textQuery } from '../../request-values.ts';

const UNSTABLE_STATE_AFTER = 'org.matrix.msc4222';

export const sync = endpoint('sync', {}, ({ query, requester, services, signal }) =>
  services.sync.sync({
    viewer: requester,
    since: textQuery(query, 'since'),
    filter: textQuery(query, 'filter'),
    fullState: booleanQuery(query, 'full_state') ?? false,
    setPresence: enumQuery(query, 'set_presence', PRESENCE_STATES) ?? 'online',
    stateKey: stateKeyIn(query),
    timeoutMs: integerQuery(query, 'timeout') ?? 0,
    signal,
  }),
);

/** Clients of before v1.16 ask for `state_after`, and get it, under the names of MSC4222. */
function stateKeyIn(query: URLSearchParams): StateKey {
  if (booleanQuery(query, 'use_state_after')) return 'state_after';
  return booleanQuery(query, `${UNSTABLE_STATE_AFTER}.use_state_after`)
    ? `${UNSTABLE_STATE_AFTER}.state_after`
    : 'state';
}
