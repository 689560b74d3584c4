import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { JsonSchema } from './json-schema.ts';
import { allFederationOperations, allOperations, type OperationData } from './specification.ts';

/**
 * The text of `operations.ts`: one type per operation of the specification, so that a handler's parameters and body
 * are typed without anybody typing them.
 */
export function generateOperations(): string {
  return [
    '// Generated from client-server.json and server-server.json by generate-operations.ts; change those instead.',
    "import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';",
    '',
    ...interfaceOf('Operations', allOperations(), 'user'),
    '',
    ...interfaceOf('FederationOperations', allFederationOperations(), 'server'),
    '',
  ].join('\n');
}

function interfaceOf(
  name: string,
  operations: readonly OperationData<string>[],
  caller: 'user' | 'server',
): string[] {
  const types = operations.map((operation) => {
    const auth = operation.auth.length === 0 ? 'none' : caller;
    return `  ${operation.operationId}: { path: '${operation.path}'; auth: '${auth}'; body: ${bodyOf(operation)} };`;
  });
  return [`export interface ${name} {`, ...types, '}'];
}

function bodyOf({ requestBody }: OperationData<string>): string {
  if (requestBody?.contentType !== 'application/json') return 'undefined';
  return typeOf(requestBody.schema);
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.oneOf) return schema.oneOf.map(typeOf).join(' | ');
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  }
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `(${schema.items ? typeOf(schema.items) : 'JsonValue'})[]`;
    case 'object':
      return objectTypeOf(schema);
    default:
      return 'JsonValue';
  }
}

function objectTypeOf(schema: JsonSchema): string {
  const properties = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const optional = schema.required?.includes(key) ? '' : '?';
    return `${JSON.stringify(key)}${optional}: ${typeOf(value)};`;
  });
  const others = [...Object.values(schema.patternProperties ?? {}), schema.additionalProperties].filter(
    (other) => typeof other === 'object',
  );
  if (properties.length > 0) {
    // Beside named properties only "anything" can be said of the others.
    return `{ ${properties.join(' ')} ${others.length > 0 ? '[key: string]: JsonValue' : ''} }`;
  }
  return others.length > 0 ? `Record<string, ${others.map(typeOf).join(' | ')}>` : 'JsonObject';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('./operations.ts', import.meta.url), generateOperations());
}
