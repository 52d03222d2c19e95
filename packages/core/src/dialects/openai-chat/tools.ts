import { type Loss, lost } from '../../chat/loss.ts';
import type { FunctionTool, Tool, ToolChoice } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { type CustomTool, customTool } from '../openai-custom.ts';
import { restFor, restOf } from '../rest-of.ts';
import { withProperties } from '../with-properties.ts';
import { cacheOf, DIALECT } from './parts.ts';
import { decodeWebSearch, isWebSearch } from './web-search.ts';
import type { WireFunction, WireRequest, WireTool, WireToolChoice } from './wire.ts';

/** `tool` is where we keep the fields that stand beside a function. */
const FUNCTION_FIELDS = new Set([
  ...['name', 'description', 'parameters', 'strict', 'cache_control', 'tool'],
]);
const TOOL_FIELDS = new Set(['type', 'function', 'cache_control']);

type Fields = { readonly [field: string]: unknown };

/** `functions` is the word that `tools` replaced; whoever sends both means all of them. */
export function decodeTools(wire: WireRequest): readonly Tool[] | undefined {
  const { tools, functions, web_search_options: options } = wire;
  const searches = decodeWebSearch(options ?? undefined);
  if (!tools && !functions && searches.length === 0) return undefined;
  return [
    ...(tools ?? []).map(decodeTool),
    ...(functions ?? []).map((one) => decodeFunction(one)),
    ...searches,
  ];
}

function decodeTool(tool: WireTool): Tool {
  if (tool.type === 'function' && 'function' in tool)
    return decodeFunction(tool.function as WireFunction, tool);
  const custom = tool['custom'];
  const name =
    typeof custom === 'object' && custom !== null && 'name' in custom
      ? String(custom.name)
      : tool.type;
  return { type: 'server', name, dialect: DIALECT, raw: tool as JsonObject };
}

/** `beside`: the tool that a function stands in; older clients send the function alone. */
function decodeFunction(wire: WireFunction, beside: Fields = {}): FunctionTool {
  const tool = restOf(DIALECT, beside, TOOL_FIELDS)?.fields;
  const own = restOf(DIALECT, wire, FUNCTION_FIELDS)?.fields;
  const rest = restOf(DIALECT, { ...own, tool }, new Set());
  const mark = beside['cache_control'] ?? wire['cache_control'];
  const { description, parameters, strict } = wire;
  return {
    type: 'function',
    name: wire.name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(parameters === undefined || parameters === null ? {} : { parameters }),
    ...(typeof strict === 'boolean' ? { strict } : {}),
    ...(isJsonObject(mark) ? { cache: cacheOf(mark) } : {}),
    ...(rest === undefined ? {} : { rest }),
  };
}

export function decodeToolChoice(wire: WireRequest): ToolChoice | undefined {
  if (wire.tool_choice !== undefined && wire.tool_choice !== null)
    return choiceOf(wire.tool_choice);
  const legacy = wire.function_call;
  if (legacy === undefined || legacy === null) return undefined;
  return typeof legacy === 'string' ? { type: legacy } : { type: 'one', name: legacy.name };
}

function choiceOf(wire: WireToolChoice): ToolChoice {
  if (typeof wire === 'string') return { type: wire };
  switch (wire.type) {
    case 'function':
      return { type: 'one', name: wire.function.name };
    case 'custom':
      return { type: 'one', name: wire.custom.name };
    case 'allowed_tools':
      return {
        type: 'allowed',
        mode: wire.allowed_tools.mode,
        names: wire.allowed_tools.tools.map(
          (tool) => tool.function?.name ?? tool.custom?.name ?? tool.type,
        ),
      };
  }
}

export function encodeTools(
  tools: readonly Tool[],
  lose: (loss: Loss) => void,
): readonly JsonObject[] {
  return tools.flatMap((tool, index) => {
    const path = `tools[${index}]`;
    if (tool.type === 'function') {
      if (tool.cache !== undefined) {
        lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
      }
      return [encodeFunction(tool)];
    }
    if (isWebSearch(tool)) return [];
    if (tool.dialect === DIALECT) return [tool.raw];
    const custom = customTool(tool);
    if (custom !== undefined) return [encodeCustom(custom, path, lose)];
    const why = `this provider does not run the tool ${tool.name}`;
    lose(lost('serverTools', path, why));
    return [];
  });
}

function encodeCustom(
  { name, description, format, others }: CustomTool,
  path: string,
  lose: (loss: Loss) => void,
): JsonObject {
  for (const field of others) {
    lose(lost('unknownFields', `${path}.raw.${field}`, 'a field that only another dialect knows'));
  }
  const { type, ...grammar } = format ?? {};
  const isGrammar = type === 'grammar';
  return {
    type: 'custom',
    custom: {
      name,
      ...(description === undefined ? {} : { description }),
      ...(format === undefined ? {} : { format: isGrammar ? { type, grammar } : format }),
    },
  };
}

function encodeFunction(tool: FunctionTool): JsonObject {
  const beside = tool.rest?.dialect === DIALECT ? tool.rest.fields['tool'] : undefined;
  return {
    ...(isJsonObject(beside) ? restOf(DIALECT, beside, TOOL_FIELDS)?.fields : {}),
    type: 'function',
    function: {
      ...restFor(DIALECT, tool.rest, FUNCTION_FIELDS),
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      ...(tool.parameters === undefined ? {} : { parameters: withProperties(tool.parameters) }),
      ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    },
  };
}

export function encodeToolChoice(choice: ToolChoice, given: readonly Tool[]): JsonValue {
  // The first of a name counts.
  const tools = new Map(given.toReversed().map((tool) => [tool.name, tool]));
  switch (choice.type) {
    case 'one':
      return naming(choice.name, tools);
    case 'allowed':
      return {
        type: 'allowed_tools',
        allowed_tools: {
          mode: choice.mode,
          tools: choice.names.map((name) => naming(name, tools)),
        },
      };
    default:
      return choice.type;
  }
}

function naming(name: string, tools: ReadonlyMap<string, Tool>): JsonObject {
  const tool = tools.get(name);
  if (tool?.type !== 'server') return { type: 'function', function: { name } };
  return tool.raw['type'] === 'custom' ? { type: 'custom', custom: { name } } : { type: name };
}
