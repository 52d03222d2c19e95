import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { FunctionTool, Tool } from '../../chat/tool.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import { isForcing } from '../is-forcing.ts';
import { cachePoint } from './encode-block.ts';
import { DIALECT } from './known-fields.ts';

/** `toolConfig`, where there is something to say. */
export function encodeTools(
  request: ChatRequest,
  ability: Ability,
  losses: Loss[],
): { readonly toolConfig?: JsonObject } {
  const { toolChoice: choice, parallelToolCalls } = request;
  const isForced = isForcing(choice);
  const tools = encodeList(request, losses);
  if (tools.length === 0) {
    if (isForced)
      losses.push(
        lost('toolChoiceWithoutTools', 'toolChoice', 'there are no tools to choose from'),
      );
    return {};
  }
  if (ability.tools === false) {
    losses.push(lost('tools', 'tools', 'this model calls no tools'));
    return {};
  }
  if (parallelToolCalls === false) {
    losses.push(
      lost('parallelToolCalls', 'parallelToolCalls', 'calls can not be kept from coming together'),
    );
  }
  if (isForced && ability.toolForcing === false) {
    losses.push(lost('toolChoice', 'toolChoice', 'this model can not be made to call a tool'));
    return { toolConfig: { tools } };
  }
  const toolChoice = isForced
    ? choice?.type === 'one'
      ? { tool: { name: choice.name } }
      : { any: {} }
    : choice?.type === 'auto' || choice?.type === 'allowed'
      ? { auto: {} }
      : undefined;
  return { toolConfig: { tools, ...(toolChoice === undefined ? {} : { toolChoice }) } };
}

/** Tools that may not be called are left out; where none may, all are, if the history allows it. */
function encodeList(request: ChatRequest, losses: Loss[]): readonly JsonObject[] {
  const { tools = [], toolChoice: choice, messages } = request;
  if (tools.length > 0 && choice?.type === 'allowed') {
    losses.push(
      changed('toolChoice', 'toolChoice', 'emulated', 'tools that are not allowed are left out'),
    );
  }
  if (tools.length > 0 && choice?.type === 'none') {
    const isUsed = messages.some(({ content }) => content.some(({ type }) => type === 'tool-call'));
    // A history with calls is refused without the tools that it called.
    if (isUsed)
      losses.push(lost('toolChoice', 'toolChoice', 'calls can not be forbidden after calls'));
    else losses.push(changed('toolChoice', 'toolChoice', 'emulated', 'the tools are left out'));
    if (!isUsed) return [];
  }
  const isAllowed = ({ name }: Tool): boolean =>
    choice?.type !== 'allowed' || choice.names.includes(name);
  return tools.flatMap((tool, index) => {
    if (!isAllowed(tool)) return [];
    if (tool.type === 'function') return encodeFunction(tool);
    if (tool.dialect === DIALECT) return [tool.raw];
    losses.push(
      lost('serverTools', `tools[${index}]`, `"${tool.name}" is a tool of another provider`),
    );
    return [];
  });
}

const encodeFunction = (tool: FunctionTool): readonly JsonObject[] => [
  {
    toolSpec: {
      name: tool.name,
      // An empty description is refused.
      ...(tool.description === undefined || tool.description.trim() === ''
        ? {}
        : { description: tool.description }),
      inputSchema: { json: { type: 'object', ...tool.parameters } },
      ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    },
  },
  ...(tool.cache === undefined ? [] : [cachePoint(tool.cache)]),
];
