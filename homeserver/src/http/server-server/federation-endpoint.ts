import { invalidParam } from '../../protocol/errors.ts';
import { isEventId, isRoomId, isUserId, type ServerName } from '../../protocol/identifiers.ts';
import { requireServerAllowed } from '../../rooms/index.ts';
import {
  type BodyKind,
  type Call,
  type Endpoint,
  type Handled,
  MAX_STRANGERS_BODY_BYTES,
  type ParamsOf,
} from '../endpoint.ts';
import type { RateLimitName } from '../rate-limits.ts';
import type { FromSchema, JsonSchema } from '../specification/json-schema.ts';
import type { FederationOperations } from '../specification/operations.ts';
import {
  type FederationOperationId,
  federationOperation,
  type HttpMethod,
} from '../specification/specification.ts';

/** Who may ask: other servers, which sign what they ask, or anybody. */
export type FederationAuth = 'server' | 'none';

type OriginOf<Auth extends FederationAuth> = Auth extends 'server' ? ServerName : undefined;

/** One request of another server, as a handler sees it. */
export interface FederationCall<Params, Body, Origin = ServerName>
  extends Omit<Call<Params, Body, undefined>, 'requester'> {
  /** The server that asks: it has signed the request. */
  readonly origin: Origin;
}

interface FederationEndpointOptions {
  /** The rate limit, counted by server, or by address where anybody may ask; `federation` for servers unless given. */
  readonly limit?: RateLimitName;
  /** Unless given, `json` with a JSON body and `none` without. */
  readonly body?: BodyKind;
  /** Checks the body instead of the data's schema, which is stricter with events than some room versions are. */
  readonly bodySchema?: JsonSchema;
  /** 1 MiB unless given, 65,536 where anybody may ask. */
  readonly maxBodyBytes?: number;
  /** Whether numbers in the body are as they were written, as `parseJson` reads them; unless given they are: events need it. */
  readonly exactNumbers?: boolean;
  /** Further paths. A parameter that such a path lacks is the empty string. */
  readonly aliases?: readonly string[];
}

const MAX_BODY_BYTES = 1_048_576;

/**
 * Serves an operation of the Server-Server API. Method, path, whether it is signed, and the body's schema come from the
 * specification's data.
 *
 * Before the handler runs, the request's signature holds, this server deals with the other one, parameters called
 * `roomId`, `eventId` and `userId` are such IDs, and the room's ACL, if the room is here, lets the server in. Whether the
 * server is in the room is for the handler.
 */
export function federationEndpoint<Id extends FederationOperationId>(
  operationId: Id,
  options: FederationEndpointOptions,
  handle: (
    call: FederationCall<
      ParamsOf<FederationOperations[Id]['path']>,
      FederationOperations[Id]['body'],
      OriginOf<FederationOperations[Id]['auth']>
    >,
  ) => Handled,
): Endpoint {
  const { method, path, auth, requestBody } = federationOperation(operationId);
  return makeEndpoint(
    {
      name: operationId,
      method,
      path,
      auth: auth.length === 0 ? 'none' : 'server',
      bodySchema: requestBody?.schema,
      ...options,
    },
    handle as unknown as Endpoint['handle'],
  );
}

/** Serves what the Server-Server API does not have: unstable operations, and those of its older versions. */
export function customFederationEndpoint<
  const Path extends string,
  const Schema extends JsonSchema,
  Auth extends FederationAuth = 'server',
>(
  description: Omit<FederationEndpointOptions, 'bodySchema'> & {
    /** In metrics and logs. */
    readonly name: string;
    readonly method: HttpMethod;
    readonly path: Path;
    readonly auth?: Auth;
    /** Checks the body and types it. Unless given, the endpoint has no body. */
    readonly bodySchema?: Schema;
  },
  handle: (call: FederationCall<ParamsOf<Path>, FromSchema<Schema>, OriginOf<Auth>>) => Handled,
): Endpoint {
  return makeEndpoint({ auth: 'server', ...description }, handle as unknown as Endpoint['handle']);
}

interface Description extends Omit<FederationEndpointOptions, 'bodySchema'> {
  readonly name: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly auth: FederationAuth;
  readonly bodySchema?: JsonSchema | undefined;
}

function makeEndpoint(description: Description, handle: Endpoint['handle']): Endpoint {
  const { name, method, path, auth, limit, body, bodySchema, maxBodyBytes } = description;
  const { exactNumbers = true, aliases = [] } = description;
  return {
    // Some operations of the two APIs have the same ID.
    name: `federation.${name}`,
    method,
    paths: [path, ...aliases],
    auth,
    limit,
    body: body ?? (bodySchema ? 'json' : 'none'),
    bodySchema,
    maxBodyBytes: maxBodyBytes ?? (auth === 'server' ? MAX_BODY_BYTES : MAX_STRANGERS_BODY_BYTES),
    exactNumbers,
    handle: auth === 'server' ? guarded(handle) : handle,
  };
}

const PARAMETERS = { roomId: isRoomId, eventId: isEventId, userId: isUserId };

/** Has the parameters and the room's ACL checked before a handler. */
function guarded(handle: Endpoint['handle']): Endpoint['handle'] {
  return async (call) => {
    for (const [name, isValid] of Object.entries(PARAMETERS)) {
      const value = call.params[name];
      if (value !== undefined && !isValid(value)) throw invalidParam(`The path's ${name} is none`);
    }
    const { roomId } = call.params;
    const room = roomId === undefined ? undefined : await call.services.rooms.registry.byId(roomId);
    const { origin } = call as unknown as FederationCall<unknown, unknown>;
    if (room !== undefined) requireServerAllowed(room, origin);
    return handle(call);
  };
}
