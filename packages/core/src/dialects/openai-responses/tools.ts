import { type Loss, lost } from '../../chat/loss.ts';
import type { FunctionTool, Tool, ToolChoice } from '../../chat/tool.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { restFor, restOf } from '../rest-of.ts';
import { DIALECT } from './dialect-name.ts';
import type { WireFunctionTool, WireTool, WireToolChoice } from './wire.ts';

const FUNCTION_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'parameters',
  'strict',
]);

const isFunction = (tool: WireTool): tool is WireFunctionTool => tool.type === 'function';

export function decodeTool(tool: WireTool): Tool {
  if (!isFunction(tool)) {
    const name = typeof tool['name'] === 'string' ? tool['name'] : tool.type;
    return { type: 'server', name, dialect: DIALECT, raw: tool as JsonObject };
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
    if (tool.dialect === DIALECT) return [tool.raw];
    const why = `this provider does not run the tool ${tool.name}`;
    lose(lost('serverTools', path, why));
    return [];
  });
}

/** What is not said to be strict must be said not to be: left out, it would be here. */
const encodeFunction = (tool: FunctionTool): JsonObject => ({
  ...restFor(DIALECT, tool.rest, FUNCTION_FIELDS),
  type: 'function',
  name: tool.name,
  ...(tool.description === undefined ? {} : { description: tool.description }),
  parameters: tool.parameters ?? { type: 'object', properties: {} },
  strict: tool.strict === true,
});

export function decodeToolChoice(wire: WireToolChoice): ToolChoice {
  if (typeof wire === 'string') return { type: wire };
  if ('mode' in wire && 'tools' in wire && Array.isArray(wire.tools)) {
    const names = wire.tools.map((tool) => tool.name ?? tool.type);
    return { type: 'allowed', mode: wire.mode === 'required' ? 'required' : 'auto', names };
  }
  return { type: 'one', name: 'name' in wire && wire.name ? String(wire.name) : wire.type };
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
  if (tool?.type !== 'server') return { type: 'function', name };
  const { type, name: own, server_label: label } = tool.raw;
  return {
    type: type ?? name,
    ...(own === undefined ? {} : { name: own }),
    ...(label === undefined ? {} : { server_label: label }),
  };
}
