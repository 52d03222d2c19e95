import { type Loss, lost } from '../../chat/loss.ts';
import type { FunctionTool, Tool, ToolChoice } from '../../chat/tool.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { type CustomTool, customTool } from '../openai-custom.ts';
import { restFor, restOf } from '../rest-of.ts';
import { encodeServerTool } from '../server-tools.ts';
import { withProperties } from '../with-properties.ts';
import { DIALECT } from './dialect-name.ts';
import { sharedTool, WORDS } from './shared-tools.ts';
import type { WireFunctionTool, WireTool, WireToolChoice } from './wire.ts';

const FUNCTION_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'parameters',
  'strict',
]);

const isFunction = (tool: WireTool): tool is WireFunctionTool => tool.type === 'function';

type Lose = (loss: Loss) => void;

export function decodeTool(tool: WireTool): Tool {
  if (!isFunction(tool)) {
    const { name = tool['server_label'] } = tool;
    const raw = tool as JsonObject;
    const own = typeof name === 'string' ? name : tool.type;
    return { type: 'server', name: own, dialect: DIALECT, raw, ...sharedTool(raw) };
  }
  const rest = restOf(DIALECT, tool, FUNCTION_FIELDS);
  return {
    type: 'function',
    name: tool.name,
    ...(typeof tool.description === 'string' ? { description: tool.description } : {}),
    ...(tool.parameters ? { parameters: tool.parameters } : {}),
    // Anything but `true` is the hub's own default: a schema that guides.
    ...(tool.strict === true ? { strict: true } : {}),
    ...(rest === undefined ? {} : { rest }),
  };
}

export function encodeTools(
  tools: readonly Tool[],
  quirks: Quirks,
  lose: Lose,
): readonly JsonObject[] {
  return tools.flatMap((tool, index) => {
    const path = `tools[${index}]`;
    if (tool.type === 'function') {
      if (tool.cache !== undefined) {
        lose(lost('cacheMark', `${path}.cache`, 'no cache marks here'));
      }
      return [encodeFunction(tool)];
    }
    const custom = tool.dialect === DIALECT ? undefined : customTool(tool);
    if (custom !== undefined) return [encodeCustom(custom, path, lose)];
    const own = encodeServerTool({ tool, path }, WORDS, quirks, lose);
    return own === undefined ? [] : [own];
  });
}

function encodeCustom({ others, ...tool }: CustomTool, path: string, lose: Lose): JsonObject {
  for (const field of others) {
    lose(lost('unknownFields', `${path}.raw.${field}`, 'a field that only another dialect knows'));
  }
  return { type: 'custom', ...tool };
}

/** What is not said to be strict must be said not to be: left out, it would be here. */
const encodeFunction = (tool: FunctionTool): JsonObject => ({
  ...restFor(DIALECT, tool.rest, FUNCTION_FIELDS),
  type: 'function',
  name: tool.name,
  ...(tool.description === undefined ? {} : { description: tool.description }),
  parameters: withProperties(tool.parameters ?? { type: 'object' }),
  strict: tool.strict === true,
});

export function decodeToolChoice(wire: WireToolChoice): ToolChoice {
  if (typeof wire === 'string') return { type: wire };
  if ('mode' in wire && 'tools' in wire && Array.isArray(wire.tools)) {
    const names = wire.tools.map(nameOf);
    return { type: 'allowed', mode: wire.mode === 'required' ? 'required' : 'auto', names };
  }
  return { type: 'one', name: nameOf(wire) };
}

/** A tool of an MCP server is named after both. */
function nameOf(wire: { readonly type: string; readonly [field: string]: unknown }): string {
  const { type, name, server_label: label } = wire;
  return [label, name].filter((part) => typeof part === 'string' && part !== '').join('.') || type;
}

export function encodeToolChoice(choice: ToolChoice, tools: readonly Tool[]): JsonValue {
  switch (choice.type) {
    case 'one':
      return naming(choice.name, tools);
    case 'allowed':
      return {
        type: 'allowed_tools',
        mode: choice.mode,
        tools: choice.names.map((name) => naming(name, tools)),
      };
    default:
      return choice.type;
  }
}

function naming(name: string, tools: readonly Tool[]): JsonObject {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined) {
    const server = tools.find((one) => one.type === 'server' && name.startsWith(`${one.name}.`));
    if (server === undefined) return { type: 'function', name };
    return { ...naming(server.name, tools), name: name.slice(server.name.length + 1) };
  }
  if (tool.type !== 'server') return { type: 'function', name };
  if (customTool(tool) !== undefined) return { type: 'custom', name };
  const isForeign = tool.dialect !== DIALECT && tool.shared !== undefined;
  const said = isForeign ? WORDS.say(tool.shared) : tool.raw;
  const { type, name: own, server_label: label } = said ?? {};
  return {
    type: type ?? name,
    ...(own === undefined ? {} : { name: own }),
    ...(label === undefined ? {} : { server_label: label }),
  };
}
