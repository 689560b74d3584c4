import type { JsonValue } from '../../protocol/canonical-json.ts';
import { forbidden, MatrixError } from '../../protocol/errors.ts';
import type { ServerName } from '../../protocol/identifiers.ts';
import { parseJson } from '../../protocol/json-numbers.ts';
import { parseXMatrix, requestSigningBytes } from '../../protocol/x-matrix.ts';
import { addressGroup } from '../client-address.ts';
import type { RunningCall } from '../running-call.ts';

/** As whom a request comes, by what it says of itself. */
export interface ServerClaim {
  readonly origin: ServerName;
  /** By key ID. */
  readonly signatures: Readonly<Record<string, string>>;
}

/** A server signs with as many keys as it has, each in a header of its own; it has one, or two for a while. */
const MAX_SIGNATURES = 4;

/**
 * Reads which server a request claims to be of.
 *
 * Source: Server-Server API v1.19, "Request Authentication".
 * @throws {MatrixError} 401 `M_UNAUTHORIZED` for a header that is absent, malformed or meant for another server; 403
 * `M_FORBIDDEN` for a server that this one does not deal with.
 */
export function readClaim({ request, services }: RunningCall): ServerClaim {
  const written = request.headersDistinct.authorization ?? [];
  if (written.length === 0) throw unauthorized('The signature of the request is missing');
  if (written.length > MAX_SIGNATURES) throw unauthorized('The request has too many signatures');
  const signatures: Record<string, string> = {};
  let origin: ServerName | undefined;
  for (const header of written) {
    const read = parseXMatrix(header);
    if (read === undefined) throw unauthorized('The Authorization header is no X-Matrix that can be read');
    if (origin !== undefined && origin !== read.origin) {
      throw unauthorized('The request is signed by several servers');
    }
    if (read.destination !== undefined && read.destination !== services.serverName) {
      throw unauthorized(`This is ${services.serverName}, and the request is for ${read.destination}`);
    }
    origin = read.origin;
    signatures[read.keyId] = read.signature;
  }
  if (origin === undefined || origin === services.serverName) {
    throw unauthorized('No other server has signed the request');
  }
  if (!services.federation.policy.isAllowed(origin))
    throw forbidden('This server does not federate with yours');
  return { origin, signatures };
}

/**
 * Checks the signature of a request.
 *
 * @param bodyText what was sent; undefined if the operation has no body.
 * @throws {MatrixError} 401 `M_UNAUTHORIZED`; 429 `M_LIMIT_EXCEEDED` for an address that fails too often; 400
 * `M_BAD_JSON` for a body that cannot be signed.
 */
export async function verifyClaim(
  call: RunningCall,
  { origin, signatures }: ServerClaim,
  bodyText: string | undefined,
): Promise<ServerName> {
  const { request, services } = call;
  const address = addressGroup(call.ip);
  // Who claims to be any server makes this one ask for that server's keys.
  call.takeFromLimit('federationUnverified', address);
  const message = requestSigningBytes({
    method: request.method ?? '',
    uri: request.url ?? '',
    origin,
    destination: services.serverName,
    content: bodyText === undefined ? undefined : (parseJson(bodyText) as JsonValue),
  });
  const { keyring, destinations } = services.federation;
  const validAt = services.clock.now();
  if (!(await keyring.verify({ serverName: origin, signatures, message, validAt }))) {
    throw unauthorized(`The signature is not one of ${origin}`);
  }
  call.giveBack('federationUnverified', address);
  destinations.heardFrom(origin);
  return origin;
}

function unauthorized(reason: string): MatrixError {
  return new MatrixError(401, 'M_UNAUTHORIZED', reason);
}
