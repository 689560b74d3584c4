import { forbidden, MatrixError } from '../protocol/errors.ts';
import type { Endpoint, Requester } from './endpoint.ts';
import { checkRestriction } from './restricted-users.ts';
import type { RunningCall } from './running-call.ts';

/**
 * Who calls, by the access token of the request.
 *
 * Source: Client-Server API v1.19, "Using access tokens"; the query parameter is deprecated, and old clients use it.
 * @throws {MatrixError} 401 `M_MISSING_TOKEN`, 401 `M_UNKNOWN_TOKEN` (with `optional` too: a token that has ended must
 * not go unnoticed), 403 `M_FORBIDDEN` for somebody who is not an admin; as `checkRestriction` and `AppServices.authenticate`.
 */
export async function authenticate(endpoint: Endpoint, call: RunningCall): Promise<Requester | undefined> {
  const { auth } = endpoint;
  if (auth === 'none') return undefined;
  const token = accessTokenOf(call);
  if (token === undefined) {
    if (auth === 'optional') return undefined;
    throw new MatrixError(401, 'M_MISSING_TOKEN', 'The access token is missing');
  }
  const { appServices, sessions } = call.services.accounts;
  const requester =
    (await appServices.authenticate(token, masqueradeOf(call.query))) ??
    (await sessions.authenticate(token, call.ip));
  if (!requester) {
    throw new MatrixError(401, 'M_UNKNOWN_TOKEN', 'The access token is not known or has ended', {
      soft_logout: false,
    });
  }
  checkRestriction(endpoint, requester);
  if (auth === 'admin' && !requester.isAdmin) throw forbidden('Only server admins may do this');
  return requester;
}

/** As whom an application service acts. Source: Client-Server API v1.19, "Identity assertion"; MSC3202, MSC4326. */
function masqueradeOf(query: URLSearchParams): { userId: string | undefined; deviceId: string | undefined } {
  return {
    userId: query.get('user_id') || undefined,
    deviceId: query.get('device_id') || query.get('org.matrix.msc3202.device_id') || undefined,
  };
}

/** The access token of a request, in its header or in its query; none, as with Synapse, if there is one in both. */
export function accessTokenOf(call: Pick<RunningCall, 'request' | 'query'>): string | undefined {
  const [, inHeader] = /^bearer +(\S+)$/i.exec(call.request.headers.authorization ?? '') ?? [];
  const inQuery = call.query.get('access_token') || undefined;
  return inHeader !== undefined && inQuery !== undefined ? undefined : (inHeader ?? inQuery);
}
