import type { ToolCallPart } from '../chat/content-part.ts';
import type { ChatRequest } from '../chat/request.ts';
import type { FunctionTool } from '../chat/tool.ts';
import { isJsonObject } from '../json/json-value.ts';
import { lastUserText, toolResults } from './last-turn.ts';
import { sampleJson } from './sample-json.ts';

/**
 * The calls that this request is answered with: those that it demands; else, until results came,
 * every tool that the user's text names, or the first. None when there is nothing to call.
 */
export function simulatedToolCalls(
  request: ChatRequest,
  callId: (index: number) => string,
): readonly ToolCallPart[] {
  return chosenTools(request).map((tool, index) => {
    const value = sampleJson(tool.parameters ?? {});
    const argumentsJson = JSON.stringify(isJsonObject(value) ? value : {});
    return { type: 'tool-call', id: callId(index), name: tool.name, argumentsJson };
  });
}

function chosenTools(request: ChatRequest): readonly FunctionTool[] {
  const { toolChoice, parallelToolCalls } = request;
  const tools = (request.tools ?? []).filter((tool) => tool.type === 'function');
  if (toolChoice?.type === 'one')
    return tools.filter(({ name }) => name === toolChoice.name).slice(0, 1);
  const mustCall =
    toolChoice?.type === 'required' ||
    (toolChoice?.type === 'allowed' && toolChoice.mode === 'required');
  if (toolChoice?.type === 'none' || (!mustCall && toolResults(request).length > 0)) return [];
  const allowed =
    toolChoice?.type === 'allowed'
      ? tools.filter(({ name }) => toolChoice.names.includes(name))
      : tools;
  const text = lastUserText(request);
  const named = allowed.filter(({ name }) => text.includes(name));
  const wanted = named.length > 0 ? named : allowed.slice(0, 1);
  return parallelToolCalls === false ? wanted.slice(0, 1) : wanted;
}
