import type { JsonObject, JsonValue } from '../../protocol/canonical-json.ts';

type JsonType = 'string' | 'integer' | 'number' | 'boolean' | 'null' | 'array' | 'object';

/** The part of JSON Schema that the specification's data and our own endpoints use. */
export interface JsonSchema {
  readonly type?: JsonType | readonly JsonType[];
  readonly enum?: readonly (string | number)[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

/** The type of the values that a schema, written as a constant, allows. */
export type FromSchema<Schema> = Schema extends { enum: readonly (infer Value)[] }
  ? Value
  : Schema extends { type: infer Type }
    ? Type extends 'string'
      ? string
      : Type extends 'integer' | 'number'
        ? number
        : Type extends 'boolean'
          ? boolean
          : Type extends 'array'
            ? Schema extends { items: infer Items }
              ? FromSchema<Items>[]
              : JsonValue[]
            : Type extends 'object'
              ? FromObjectSchema<Schema>
              : JsonValue
    : JsonValue;

type FromObjectSchema<Schema> = Schema extends { properties: infer Properties }
  ? Schema extends { required: readonly (infer Required)[] }
    ? { [Key in keyof Properties as Key extends Required ? Key : never]: FromSchema<Properties[Key]> } & {
        [Key in keyof Properties as Key extends Required ? never : Key]?: FromSchema<Properties[Key]>;
      }
    : { [Key in keyof Properties]?: FromSchema<Properties[Key]> }
  : JsonObject;
