import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { FunctionTool, ToolChoice } from '../../chat/tool.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import { isForcing } from '../is-forcing.ts';
import { fieldsOf } from './known-fields.ts';

/** `tools`, `strict_tools` and `tool_choice`, each where there is something to say. */
export function encodeTools(request: ChatRequest, ability: Ability, losses: Loss[]): JsonObject {
  const tools = offered(request, losses);
  const { toolChoice, parallelToolCalls } = request;
  if (tools.length === 0) {
    if (isForcing(toolChoice)) {
      losses.push(
        lost('toolChoiceWithoutTools', 'toolChoice', 'there are no tools to choose from'),
      );
    }
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
  return {
    tools: tools.map(encodeTool),
    ...encodeStrictness(tools, losses),
    ...encodeChoice(toolChoice, ability, losses),
  };
}

/** A choice among some tools is made by offering no others. */
function offered({ tools, toolChoice }: ChatRequest, losses: Loss[]): readonly FunctionTool[] {
  const names =
    toolChoice?.type === 'allowed'
      ? toolChoice.names
      : toolChoice?.type === 'one'
        ? [toolChoice.name]
        : undefined;
  if (names !== undefined) {
    losses.push(
      changed(
        'toolChoice',
        'toolChoice',
        'emulated',
        'tools that are not to be called are left out',
      ),
    );
  }
  return (tools ?? []).flatMap((tool, index) => {
    if (names !== undefined && !names.includes(tool.name)) return [];
    if (tool.type === 'function') {
      if (tool.cache !== undefined) {
        losses.push(lost('cacheMark', `tools[${index}].cache`, 'this provider caches by itself'));
      }
      return [tool];
    }
    losses.push(
      lost('serverTools', `tools[${index}]`, `"${tool.name}" is a tool of another provider`),
    );
    return [];
  });
}

const encodeTool = (tool: FunctionTool): JsonObject => ({
  ...fieldsOf(tool.rest, 'tool'),
  type: 'function',
  function: {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    parameters: tool.parameters ?? { type: 'object', properties: {} },
  },
});

/** All tools are strict, or none is. */
function encodeStrictness(tools: readonly FunctionTool[], losses: Loss[]): JsonObject {
  if (tools.every(({ strict }) => strict === true)) return { strict_tools: true };
  for (const [index, { strict }] of tools.entries()) {
    if (strict !== true) continue;
    const why = 'here either all tools are strict or none';
    losses.push(lost('strictTools', `tools[${index}].strict`, why));
  }
  return {};
}

function encodeChoice(
  choice: ToolChoice | undefined,
  ability: Ability,
  losses: Loss[],
): JsonObject {
  if (choice?.type === 'none') return { tool_choice: 'NONE' };
  if (!isForcing(choice)) return {};
  if (ability.toolForcing !== false) return { tool_choice: 'REQUIRED' };
  losses.push(lost('toolChoice', 'toolChoice', 'this model can not be made to call a tool'));
  return {};
}
