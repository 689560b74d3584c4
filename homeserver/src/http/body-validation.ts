import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { badJson, invalidParam, type MatrixError, missingParam } from '../protocol/errors.ts';
import type { JsonSchema } from './specification/json-schema.ts';

const validators = new WeakMap<JsonSchema, ValidateFunction>();
let compiler: Promise<Ajv> | undefined;

/**
 * Checks a body against a schema. An optional property of the body that is `null` counts as absent and is removed:
 * many clients write `null` for what they do not set.
 *
 * Validators are compiled at first use, and so is their compiler loaded: most of the table's are never needed.
 * @throws {MatrixError} 400 `M_MISSING_PARAM` for an absent property, `M_BAD_JSON` for a wrong type, `M_INVALID_PARAM`
 * for a value of the right type that is not allowed; the message names the property.
 */
export async function validateBody(body: unknown, schema: JsonSchema): Promise<void> {
  dropNulls(body, schema);
  const validate = validators.get(schema) ?? (await compile(schema));
  if (!validate(body)) throw describe(validate.errors?.[0]);
  checkTexts(body, schema, []);
}

/**
 * Refuses texts that no database can compare or store as they are, where the schema names them: identifiers, names,
 * keys. Free content (of events, of account data) may hold whatever JSON can.
 */
function checkTexts(value: unknown, schema: JsonSchema, place: readonly string[]): void {
  if (typeof value === 'string') {
    checkText(value, place);
  } else if (Array.isArray(value)) {
    const { items } = schema;
    if (items) value.forEach((item, index) => void checkTexts(item, items, [...place, String(index)]));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (Object.hasOwn(value, key)) checkTexts(Reflect.get(value, key), property, [...place, key]);
    }
    checkMap(value, schema, place);
  }
}

/** The keys and values of an object that is a map: of users, of devices. */
function checkMap(value: object, schema: JsonSchema, place: readonly string[]): void {
  const { additionalProperties, patternProperties = {} } = schema;
  const [ofPattern] = Object.values(patternProperties);
  const others = ofPattern ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  if (!others) return;
  for (const [key, nested] of Object.entries(value)) {
    checkText(key, place);
    if (!schema.properties || !Object.hasOwn(schema.properties, key))
      checkTexts(nested, others, [...place, key]);
  }
}

function checkText(text: string, place: readonly string[]): void {
  if (!text.includes('\0') && text.isWellFormed()) return;
  throw invalidParam(`${place.join('.')} must be Unicode text without NUL characters`);
}

async function compile(schema: JsonSchema): Promise<ValidateFunction> {
  // Formats are the handlers' matter: the specification's data names many that JSON Schema does not know.
  compiler ??= import('ajv').then(({ Ajv }) => new Ajv({ strict: false, validateFormats: false }));
  const validate = (await compiler).compile(schema);
  validators.set(schema, validate);
  return validate;
}

/** Removes the optional properties of a body that are `null`. */
export function dropNulls(body: unknown, { properties = {}, required = [] }: JsonSchema): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [key, value] of Object.entries(body)) {
    if (value !== null || required.includes(key)) continue;
    const type = Object.hasOwn(properties, key) ? properties[key]?.type : undefined;
    if (type !== undefined && !type.includes('null')) Reflect.deleteProperty(body, key);
  }
}

function describe(error: ErrorObject | undefined): MatrixError {
  if (!error) return badJson('The body has the wrong form');
  const place = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
  if (error.keyword === 'required') {
    const missing = String(error.params.missingProperty);
    return missingParam(`The body lacks ${place === '' ? missing : `${place}.${missing}`}`);
  }
  const subject = place === '' ? 'The body' : place;
  if (error.keyword === 'enum') {
    return invalidParam(`${subject} must be one of ${error.params.allowedValues.join(', ')}`);
  }
  const message = `${subject} ${error.message ?? 'has the wrong form'}`;
  return error.keyword === 'type' || error.keyword === 'oneOf' ? badJson(message) : invalidParam(message);
}
