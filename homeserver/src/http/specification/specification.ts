import data from './client-server.json' with { type: 'json' };
import type { JsonSchema } from './json-schema.ts';
import type { Operations } from './operations.ts';

/** The `operationId` of an operation of the Client-Server API. */
export type OperationId = keyof Operations;

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';

/** What the specification says about one operation. */
export interface OperationData {
  readonly operationId: OperationId;
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

// The types that the compiler infers from the file are those of its 166 literals; what they have in common is this.
const operations = new Map(
  (data as unknown as readonly OperationData[]).map((written) => [
    written.operationId,
    // Two paths of the data end in a space, to tell operations apart that share their path.
    { ...written, path: written.path.trim() },
  ]),
);

/** All operations, in the order of the data. */
export function allOperations(): readonly OperationData[] {
  return [...operations.values()];
}

/** What the specification says about the operation. */
export function operation(operationId: OperationId): OperationData {
  const found = operations.get(operationId);
  if (!found) throw new Error(`The specification has no operation ${operationId}`);
  return found;
}
