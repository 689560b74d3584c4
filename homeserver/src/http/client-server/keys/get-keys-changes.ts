import { endpoint } from '../../endpoint.ts';
import { requiredQuery } from '../../request-values.ts';

/** Whose keys changed between two tokens of `/sync`. */
export const getKeysChanges = endpoint('getKeysChanges', {}, ({ query, requester, services }) =>
  services.sync.keyChanges(requester, requiredQuery(query, 'from'), requiredQuery(query, 'to')),
);
