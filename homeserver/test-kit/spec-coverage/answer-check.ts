import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Endpoint } from '../../src/http/endpoint.ts';
import { createRouter } from '../../src/http/router.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { FEDERATION_ROUTES } from '../../src/http/server-server/routes.ts';
import type { JsonSchema } from '../../src/http/specification/json-schema.ts';
import {
  allFederationOperations,
  allOperations,
  type OperationData,
} from '../../src/http/specification/specification.ts';

/** An answer as far as the specification speaks of it. */
export interface SeenAnswer {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly status: number;
  /** What was asked, if it was text. */
  readonly asked?: string | undefined;
  readonly contentType: string | undefined;
  /** Parsed, if it is JSON. */
  readonly body: unknown;
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];

const router = createRouter([...ROUTES, ...FEDERATION_ROUTES]);
/** By the name of their endpoint. */
const operations = new Map<string, OperationData<string>>([
  ...allOperations().map((data) => [data.operationId, data] as const),
  ...allFederationOperations().map((data) => [`federation.${data.operationId}`, data] as const),
]);
const validators = new Map<JsonSchema, ValidateFunction>();
// Formats of the data name many things that JSON Schema does not know.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

/**
 * The endpoints that an answer is of: one, none for an unknown path, and for a wrong method all those of the path.
 */
export function endpointsOf({
  method,
  path,
  status,
}: Pick<SeenAnswer, 'method' | 'path' | 'status'>): Endpoint[] {
  const methods = status === 405 ? METHODS : [method];
  return methods.flatMap((known) => {
    try {
      return [router.find(known, path).endpoint];
    } catch {
      return [];
    }
  });
}

/**
 * What is wrong with an answer by the specification's schemas: of success by the operation's own, of an error by the
 * standard form as well.
 * @returns a sentence, or undefined if nothing is wrong.
 */
export function objectionTo(answer: SeenAnswer): string | undefined {
  const { method, path, status, body } = answer;
  const [endpoint] = endpointsOf(answer);
  if (!endpoint) return undefined;
  const faults = [...errorFormFaults(answer), ...schemaFaults(endpoint.name, answer)];
  if (faults.length === 0) return undefined;
  const told = `${method} ${path} answered ${status} ${JSON.stringify(body)?.slice(0, 1_000)}`;
  return `${told}, which the specification of ${endpoint.name} does not allow: ${faults.join('; ')}`;
}

function errorFormFaults({ status, body }: SeenAnswer): string[] {
  if (status < 400) return [];
  if (typeof body !== 'object' || body === null) return ['an error is a JSON object'];
  // User-interactive authentication asks with the same status.
  if (status === 401 && 'flows' in body) return [];
  const { errcode, error } = body as Record<string, unknown>;
  return [
    ...(typeof errcode === 'string' ? [] : ['errcode is missing']),
    ...(typeof error === 'string' ? [] : ['error is missing']),
  ];
}

function schemaFaults(operationId: string, { path, status, contentType, body }: SeenAnswer): string[] {
  const operation = operations.get(operationId);
  if (!operation) return [];
  const specified = operation.responses[status];
  if (!specified) return status < 400 ? ['it has no such status'] : [];
  if (specified.contentType !== 'application/json' || !specified.schema) return [];
  if (contentType?.split(';')[0] !== 'application/json') return [`it is ${contentType}`];
  // Of user-interactive authentication; a missing token has the standard form.
  if (status === 401 && !Object.hasOwn(body as object, 'flows')) return [];
  // Without a TURN server there is nothing to tell. The specification has no word for it; Synapse's is this one.
  if (operationId === 'getTurnServer' && JSON.stringify(body) === '{}') return [];
  const errors = errorsOf(specified.schema, body);
  // A client that names the fields that it wants gets no others; an event that is put off has no ID yet.
  const isDelayed = path.includes('org.matrix.msc4140.delay');
  const wanted =
    isDelayed || path.includes('event_fields')
      ? errors.filter(({ keyword }) => keyword !== 'required')
      : errors;
  return wanted.slice(0, 5).map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`);
}

function errorsOf(schema: JsonSchema, body: unknown): ErrorObject[] {
  let validate = validators.get(schema);
  if (!validate) {
    validate = ajv.compile(withAnyOf(schema));
    validators.set(schema, validate);
  }
  return validate(body) ? [] : (validate.errors ?? []);
}

/** The data writes `oneOf` where more than one may match: content that looks like an event, say. */
function withAnyOf(schema: JsonSchema): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"oneOf":[', '"anyOf":['));
}
