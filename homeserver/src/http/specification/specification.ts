import data from './client-server.json' with { type: 'json' };
import type { JsonSchema } from './json-schema.ts';
import type { FederationOperations, Operations } from './operations.ts';
import federationData from './server-server.json' with { type: 'json' };

/** The `operationId` of an operation of the Client-Server API. */
export type OperationId = keyof Operations;

/** The `operationId` of an operation of the Server-Server API. */
export type FederationOperationId = keyof FederationOperations;

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';

/** What the specification says about one operation. */
export interface OperationData<Id extends string = OperationId> {
  readonly operationId: Id;
  readonly module: string;
  readonly method: HttpMethod;
  /** With `{name}` for parameters, for instance `/_matrix/client/v3/profile/{userId}`. */
  readonly path: string;
  /** The ways to authenticate; none if empty. */
  readonly auth: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required?: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly contentType: string; readonly schema: JsonSchema };
  /** By status. */
  readonly responses: Readonly<
    Record<string, { readonly contentType?: string; readonly schema?: JsonSchema }>
  >;
  /** The version of the specification that brought it, for instance `1.7`; absent for those of `r0`. */
  readonly added?: string;
}

// The types that the compiler infers from the files are those of their literals; what they have in common is this.
const operations = byId(data as unknown as readonly OperationData[]);
const federationOperations = byId(
  federationData as unknown as readonly OperationData<FederationOperationId>[],
);

function byId<Id extends string>(written: readonly OperationData<Id>[]): Map<Id, OperationData<Id>> {
  // Two paths of the data end in a space, to tell operations apart that share their path.
  return new Map(written.map((each) => [each.operationId, { ...each, path: each.path.trim() }]));
}

/** All operations of the Client-Server API, in the order of the data. */
export function allOperations(): readonly OperationData[] {
  return [...operations.values()];
}

/** All operations of the Server-Server API, in the order of the data. */
export function allFederationOperations(): readonly OperationData<FederationOperationId>[] {
  return [...federationOperations.values()];
}

/** What the specification says about an operation of the Client-Server API. */
export function operation(operationId: OperationId): OperationData {
  const found = operations.get(operationId);
  if (!found) throw new Error(`The specification has no operation ${operationId}`);
  return found;
}

/** What the specification says about an operation of the Server-Server API. */
export function federationOperation(
  operationId: FederationOperationId,
): OperationData<FederationOperationId> {
  const found = federationOperations.get(operationId);
  if (!found) throw new Error(`The specification has no operation ${operationId}`);
  return found;
}
