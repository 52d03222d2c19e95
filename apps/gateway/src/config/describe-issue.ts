import { nearestName } from '@tollgate/core';
import type * as z from 'zod';
import type { Path } from './problem.ts';
import { type SchemaNode, settingsSchema } from './settings-schema.ts';

/** One thing that zod found, at the path of the setting itself. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** What was expected and, for a misspelt name, which known one is nearest. Never shows a key. */
export function describeIssue(issue: Issue, input: unknown): readonly Finding[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = knownNames(path, input);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `unknown setting${meant(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const inner = issue.issues.map((one) => one.message).join('; ');
    return [{ path, message: `not a name that can be used: ${inner}` }];
  }
  if (issue.code === 'invalid_union' && isDiscriminated(issue)) {
    return [{ path, message: oneOf(discriminatorOptions(path), valueAt(input, path)) }];
  }
  return [{ path, message: describeValue(issue, valueAt(input, path)) }];
}

function describeValue(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = TYPES[issue.expected] ?? issue.expected;
      return value === undefined
        ? `missing: expected ${expected}`
        : `expected ${expected}, got ${kindOf(value)}`;
    }
    case 'invalid_value':
      return value === undefined
        ? `missing: expected ${listed(issue.values)}`
        : oneOf(issue.values.map(String), value);
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? issue.message
        : `expected at least ${issue.minimum}, got ${kindOf(value)}`;
    case 'too_big':
      return issue.origin === 'string'
        ? `expected at most ${issue.maximum} characters`
        : `expected at most ${issue.maximum}, got ${kindOf(value)}`;
    default:
      return issue.message;
  }
}

const TYPES: { readonly [expected: string]: string } = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
};

/** Numbers and flags are shown, texts are not: any of them may be a key. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? 'a text' : 'a map';
}

const listed = (values: readonly unknown[]): string =>
  `${values.length > 1 ? 'one of ' : ''}${values.map((value) => JSON.stringify(value)).join(', ')}`;

function oneOf(options: readonly string[], value: unknown): string {
  const hint = typeof value === 'string' ? meant(value, options) : '';
  return `expected ${listed(options)}${hint}`;
}

export function meant(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known) ?? longerName(name, known);
  return nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`;
}

const isDiscriminated = (issue: Issue): boolean =>
  issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator !== undefined;

/** The names that the schema knows in the map at `path`. */
function knownNames(path: Path, input: unknown): readonly string[] {
  const nodes = schemasAt(path);
  const kind = valueAt(input, [...path, 'kind']);
  const fitting = nodes.filter(({ properties }) => {
    const wanted = properties?.['kind']?.const;
    return wanted === undefined || wanted === kind;
  });
  return fitting.flatMap(({ properties, propertyNames }) => [
    ...Object.keys(properties ?? {}),
    ...(propertyNames?.enum ?? []).map(String),
  ]);
}

/** The discriminator's issue names its own field as the path's last part. */
function discriminatorOptions(path: Path): readonly string[] {
  const kinds = schemasAt(path).map((node) => node.const);
  return [...new Set(kinds.filter((kind) => typeof kind === 'string'))];
}

function schemasAt(path: Path): readonly SchemaNode[] {
  let nodes = alternatives(settingsSchema());
  for (const part of path) {
    nodes = nodes.flatMap(({ properties, additionalProperties, items }) => {
      const next =
        typeof part === 'number'
          ? items
          : (properties?.[part] ??
            (typeof additionalProperties === 'object' ? additionalProperties : undefined));
      return next === undefined ? [] : alternatives(next);
    });
  }
  return nodes;
}

function alternatives(node: SchemaNode): readonly SchemaNode[] {
  const others = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return [node, ...others.flatMap(alternatives)];
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, part) => {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, part)) return undefined;
    return Reflect.get(node, part);
  }, value);
}

const longerName = (name: string, known: readonly string[]): string | undefined =>
  name.length < 3 ? undefined : known.find((one) => one.startsWith(name));
