import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { FunctionTool, Tool } from '../../chat/tool.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import type { Quirks } from '../../providers/quirks.ts';
import type { Target } from '../dialect.ts';
import { isForcing } from '../is-forcing.ts';
import { encodeServerTool } from '../server-tools.ts';
import { cacheControl } from './encode-part.ts';
import { KNOWN } from './known-fields.ts';
import { apart } from './mcp-server.ts';
import { fieldsOf } from './rest.ts';
import { toolName, WORDS } from './shared-tools.ts';

/** `tools` and `tool_choice`, each where there is something to say. */
export function encodeTools(
  request: ChatRequest,
  { ability, quirks }: Target,
  losses: Loss[],
): JsonObject {
  const { tools, servers } = apart(encodeList(request, quirks, losses));
  const mcp = servers.length === 0 ? {} : { mcp_servers: servers };
  if (tools.length === 0) {
    if (isForcing(request.toolChoice))
      losses.push(
        lost('toolChoiceWithoutTools', 'toolChoice', 'there are no tools to choose from'),
      );
    return mcp;
  }
  if (ability.tools === false) {
    losses.push(lost('tools', 'tools', 'this model calls no tools'));
    return {};
  }
  const isUnsayable = choosesServer(request);
  if (isUnsayable) losses.push(lost('toolChoice', 'toolChoice', 'an MCP server can not be chosen'));
  const isRefused = ability.toolForcing === false && isForcing(request.toolChoice);
  if (isRefused)
    losses.push(lost('toolChoice', 'toolChoice', 'this model can not be made to call a tool'));
  const choice = isRefused || isUnsayable ? undefined : encodeChoice(request);
  return { tools, ...mcp, ...(choice === undefined ? {} : { tool_choice: choice }) };
}

/** True when the model is made to call a tool, whatever it thinks. */
export const isForced = ({ toolChoice }: ChatRequest, ability: Ability): boolean =>
  ability.toolForcing !== false && isForcing(toolChoice);

/** Another dialect's choice of a server, or of one of its tools. */
function choosesServer({ toolChoice, tools = [] }: ChatRequest): boolean {
  if (toolChoice?.type !== 'one') return false;
  const { name } = toolChoice;
  return tools.some(
    (tool) =>
      tool.type === 'server' &&
      tool.shared?.kind === 'mcp' &&
      (name === tool.name || name.startsWith(`${tool.name}.`)),
  );
}

function encodeList(request: ChatRequest, quirks: Quirks, losses: Loss[]): readonly JsonObject[] {
  const { toolChoice } = request;
  const allowed = toolChoice?.type === 'allowed' ? new Set(toolChoice.names) : undefined;
  const isAllowed = (tool: Tool): boolean => allowed === undefined || allowed.has(tool.name);
  if (toolChoice?.type === 'allowed') {
    losses.push(
      changed('toolChoice', 'toolChoice', 'emulated', 'tools that are not allowed are left out'),
    );
  }
  const tools: JsonObject[] = [];
  for (const [index, tool] of (request.tools ?? []).entries()) {
    if (!isAllowed(tool)) continue;
    if (tool.type === 'function') tools.push(encodeFunction(tool));
    else {
      const at = { tool, path: `tools[${index}]` };
      const own = encodeServerTool(at, WORDS, quirks, (loss) => losses.push(loss));
      if (own !== undefined) tools.push(own);
    }
  }
  return tools;
}

const encodeFunction = (tool: FunctionTool): JsonObject => ({
  ...fieldsOf(tool.rest, KNOWN.tool),
  name: tool.name,
  ...(tool.description === undefined ? {} : { description: tool.description }),
  // The schema's own type is required here, where other dialects let it be understood.
  input_schema:
    tool.parameters === undefined
      ? { type: 'object', properties: {} }
      : { type: 'object', ...tool.parameters },
  ...(tool.strict === undefined ? {} : { strict: tool.strict }),
  ...cacheControl(tool.cache),
});

function encodeChoice({
  toolChoice,
  tools,
  parallelToolCalls,
}: ChatRequest): JsonObject | undefined {
  const parallel =
    parallelToolCalls === undefined ? {} : { disable_parallel_tool_use: !parallelToolCalls };
  switch (toolChoice?.type) {
    case undefined:
      return parallelToolCalls === false ? { type: 'auto', ...parallel } : undefined;
    case 'none':
      return { type: 'none' };
    case 'auto':
      return { type: 'auto', ...parallel };
    case 'required':
      return { type: 'any', ...parallel };
    case 'one':
      return { type: 'tool', name: chosenName(toolChoice.name, tools), ...parallel };
    case 'allowed':
      return { type: toolChoice.mode === 'required' ? 'any' : 'auto', ...parallel };
  }
}

function chosenName(name: string, tools: readonly Tool[] = []): string {
  const tool = tools.find((candidate) => candidate.name === name);
  return tool?.type === 'server' ? toolName(tool) : name;
}
