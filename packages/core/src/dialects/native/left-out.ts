import { type Loss, lost } from '../../chat/loss.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { jsonPath } from '../wire-problem.ts';
import {
  NativeContentPart,
  NativeFile,
  NativeFunctionDefinition,
  NativeImageUrl,
  NativeMessage,
  NativeToolCall,
  NativeToolCallFunction,
  NativeToolDefinition,
} from './wire.ts';

/** More are counted, not listed: the list rides in a header and in the ledger. */
const MOST_LISTED = 32;

type Path = readonly (string | number)[];

/** What a nested object may hold, and what is inside of it. */
interface Shape {
  readonly known: ReadonlySet<string>;
  readonly inner: { readonly [field: string]: Shape };
}

const shape = (
  schema: { readonly shape: object },
  inner: { readonly [field: string]: Shape } = {},
): Shape => ({ known: new Set(Object.keys(schema.shape)), inner });

const named = (...known: readonly string[]): Shape => ({ known: new Set(known), inner: {} });

const PART: Shape = {
  known: new Set(NativeContentPart.options.flatMap((option) => Object.keys(option.shape))),
  inner: { image_url: shape(NativeImageUrl), file: shape(NativeFile) },
};

const TOP: Shape = {
  known: new Set(),
  inner: {
    messages: shape(NativeMessage, {
      content: PART,
      tool_calls: shape(NativeToolCall, { function: shape(NativeToolCallFunction) }),
    }),
    tools: shape(NativeToolDefinition, { function: shape(NativeFunctionDefinition) }),
    tool_choice: { known: new Set(['type', 'function']), inner: { function: named('name') } },
  },
};

/**
 * The nested fields of a valid request that the contract doesn't know and so leaves out, by their
 * paths in the client's words.
 */
export function leftOut(body: JsonObject): readonly Loss[] {
  const paths: Path[] = [];
  for (const [field, inner] of Object.entries(TOP.inner)) {
    walk(body[field], inner, [field], paths);
  }
  const losses = paths.slice(0, MOST_LISTED).map((path) => unknownField(jsonPath(path)));
  if (paths.length <= MOST_LISTED) return losses;
  return [...losses, unknownField(`(${paths.length - MOST_LISTED} more fields)`)];
}

const unknownField = (path: string): Loss =>
  lost('unknownFields', path, 'the native contract does not know this field');

function walk(value: JsonValue | undefined, shape: Shape, path: Path, found: Path[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walk(item, shape, [...path, index], found);
    return;
  }
  if (!isJsonObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (!shape.known.has(name)) found.push([...path, name]);
    else if (Object.hasOwn(shape.inner, name)) {
      const next = shape.inner[name];
      if (next !== undefined) walk(inner, next, [...path, name], found);
    }
  }
}
