import type { IncomingMessage } from 'node:http';
import type { Requester } from '../accounts/index.ts';
import type { RateLimitName } from './rate-limits.ts';
import type { Reply } from './reply.ts';
import type { Services } from './services.ts';
import type { FromSchema, JsonSchema } from './specification/json-schema.ts';
import type { Operations } from './specification/operations.ts';
import { type HttpMethod, type OperationId, operation } from './specification/specification.ts';

export type { Requester };

/**
 * Who may call: anybody (`none`), anybody, and a token counts if there is one (`optional`), people with an access
 * token (`user`), server admins (`admin`).
 */
export type ClientAuth = 'none' | 'optional' | 'user' | 'admin';

/** Who may call, or other servers, which sign what they ask (`server`). */
export type AuthKind = ClientAuth | 'server';

/**
 * `json`: a JSON body that the operation's schema allows; `optional-json`: the same, or none at all, which counts as
 * `{}`; `stream`: the handler reads `call.request` itself; `none`: whatever is sent is thrown away.
 */
export type BodyKind = 'json' | 'optional-json' | 'stream' | 'none';

/** One request, as a handler sees it. */
export interface Call<Params, Body, Caller> {
  /** The path's parameters, percent-decoded. */
  readonly params: Params;
  readonly query: URLSearchParams;
  /** The JSON body, checked against the schema. */
  readonly body: Body;
  readonly requester: Caller;
  readonly services: Services;
  /** For streamed bodies and unusual headers. */
  readonly request: IncomingMessage;
  /** The client's address, as far as the trusted proxies tell. */
  readonly ip: string;
  /** Aborted when the client has gone away or the server stops. */
  readonly signal: AbortSignal;
  /**
   * Counts against a limit under a key of the handler's choice (an account, a room), beside the endpoint's own limit.
   * @throws {MatrixError} 429 `M_LIMIT_EXCEEDED`
   */
  readonly takeFromLimit: (limit: RateLimitName, key: string) => void;
  /** Takes back what `takeFromLimit` counted: the attempt was none of those that the limit is about. */
  readonly giveBack: (limit: RateLimitName, key: string) => void;
}

type AnyCall = Call<Readonly<Record<string, string>>, unknown, Requester | undefined>;

/** An object is answered as JSON with status 200. */
export type Handled = object | Reply | Promise<object | Reply>;

/** A line of the route table. */
export interface Endpoint {
  /** The operation's name: in metrics, logs and the coverage table. */
  readonly name: string;
  readonly method: HttpMethod;
  /** With `{name}` for parameters; the first is the one that the specification names. */
  readonly paths: readonly string[];
  readonly auth: AuthKind;
  readonly limit: RateLimitName | undefined;
  readonly body: BodyKind;
  readonly bodySchema: JsonSchema | undefined;
  readonly maxBodyBytes: number;
  /** Whether the handler sees numbers as they were written, as `parseJson` reads them: the content of events. */
  readonly exactNumbers: boolean;
  readonly handle: (call: AnyCall) => Handled;
}

/** Synapse's cap for bodies that are not media. */
const MAX_BODY_BYTES = 200 * 65_536;
/** The cap for whoever has not shown an access token: enough for a login. */
export const MAX_STRANGERS_BODY_BYTES = 65_536;

export type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [Key in Name]: string } & ParamsOf<Rest>
  : unknown;

type CallerOf<Auth extends ClientAuth> = Auth extends 'none'
  ? undefined
  : Auth extends 'optional'
    ? Requester | undefined
    : Requester;

interface EndpointOptions<Auth extends ClientAuth> {
  /** Who may call, where it differs from the specification's data. */
  readonly auth?: Auth;
  /** The rate limit, counted by user, or by address if there is none. */
  readonly limit?: RateLimitName;
  /** Unless given, what the data says: `json` with a JSON body, `stream` with another, `none` without. */
  readonly body?: BodyKind;
  /** Checks the body instead of the data's schema: for a path that the data describes more than once. */
  readonly bodySchema?: JsonSchema;
  /** 13,107,200 (200 x 64 KiB) unless given, 65,536 where no token is needed. Does not count for streams. */
  readonly maxBodyBytes?: number;
  /** For bodies with content of events, whose hashes tell `1.0` from `1`. */
  readonly exactNumbers?: boolean;
  /** Further paths. A parameter that such a path lacks is the empty string. */
  readonly aliases?: readonly string[];
}

/**
 * Serves an operation of the Client-Server API. Method, path, authentication and the body's schema come from the
 * specification's data; every `/v3/` path also answers under `/r0/`.
 */
export function endpoint<Id extends OperationId, Auth extends ClientAuth = Operations[Id]['auth']>(
  operationId: Id,
  options: EndpointOptions<Auth>,
  handle: (call: Call<ParamsOf<Operations[Id]['path']>, Operations[Id]['body'], CallerOf<Auth>>) => Handled,
): Endpoint {
  const { method, path, auth, requestBody } = operation(operationId);
  const isJson = requestBody?.contentType === 'application/json';
  const paths = [path, ...(options.aliases ?? [])];
  const caller = options.auth ?? (auth.length === 0 ? 'none' : 'user');
  return {
    name: operationId,
    method,
    paths: paths.flatMap((written) => withOldVersion(written)),
    auth: caller,
    limit: options.limit,
    body: options.body ?? (isJson ? 'json' : requestBody ? 'stream' : 'none'),
    bodySchema: options.bodySchema ?? (isJson ? requestBody.schema : undefined),
    maxBodyBytes: options.maxBodyBytes ?? defaultBodyCap(caller),
    exactNumbers: options.exactNumbers ?? false,
    handle: handle as Endpoint['handle'],
  };
}

function defaultBodyCap(auth: ClientAuth): number {
  return auth === 'user' || auth === 'admin' ? MAX_BODY_BYTES : MAX_STRANGERS_BODY_BYTES;
}

function withOldVersion(path: string): string[] {
  return path.includes('/v3/') ? [path, path.replace('/v3/', '/r0/')] : [path];
}

interface CustomEndpoint<Path extends string, Auth extends ClientAuth, Schema extends JsonSchema>
  extends Omit<EndpointOptions<Auth>, 'bodySchema'> {
  /** In metrics and logs. */
  readonly name: string;
  readonly method: HttpMethod;
  readonly path: Path;
  readonly auth: Auth;
  /** Checks the body and types it. Unless given, the endpoint has no body. */
  readonly bodySchema?: Schema;
}

/** Serves what the Client-Server API does not have: `/_guildhall`, Synapse's admin routes, unstable operations. */
export function customEndpoint<
  const Path extends string,
  Auth extends ClientAuth,
  const Schema extends JsonSchema,
>(
  description: CustomEndpoint<Path, Auth, Schema>,
  handle: (call: Call<ParamsOf<Path>, FromSchema<Schema>, CallerOf<Auth>>) => Handled,
): Endpoint {
  const { name, method, path, auth, bodySchema, limit, body, maxBodyBytes, exactNumbers, aliases } =
    description;
  return {
    name,
    method,
    paths: [path, ...(aliases ?? [])],
    auth,
    limit,
    body: body ?? (bodySchema ? 'json' : 'none'),
    bodySchema,
    maxBodyBytes: maxBodyBytes ?? defaultBodyCap(auth),
    exactNumbers: exactNumbers ?? false,
    handle: handle as Endpoint['handle'],
  };
}
