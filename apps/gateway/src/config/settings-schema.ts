import * as z from 'zod';
import { Settings } from './schema.ts';

/** What we read of a JSON Schema. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: { readonly [name: string]: SchemaNode };
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode | boolean;
  readonly propertyNames?: SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** The settings as JSON Schema: for editors, the reference, and what a misspelt name might have meant. */
export function settingsSchema(): SchemaNode {
  const schema: object = z.toJSONSchema(Settings, { io: 'input', target: 'draft-2020-12' });
  return schema;
}
