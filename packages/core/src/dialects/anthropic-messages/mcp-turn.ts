import type { McpOutcome, ServerToolPart, SharedTurn } from '../../chat/content-part.ts';
import type { Loss } from '../../chat/loss.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { outcomeOf } from '../mcp.ts';
import { encodeInput } from './encode-part.ts';

/** A call of a tool on an MCP server, or its result, as several providers tell it. */
export function sharedTurn(block: JsonObject): SharedTurn | undefined {
  const { type, name, server_name: server, input, content, is_error } = block;
  if (type === 'mcp_tool_use' && typeof name === 'string' && typeof server === 'string') {
    return { kind: 'mcp-call', server, tool: name, argumentsJson: JSON.stringify(input ?? {}) };
  }
  if (type !== 'mcp_tool_result') return undefined;
  const outcome = outcomeOf(content ?? '', is_error === true);
  return outcome === undefined ? undefined : { kind: 'mcp-result', outcome };
}

/** The blocks of what another provider's dialect told: its call, and what came of it where known. */
export function encodeTurn(
  { id = '', shared }: Pick<ServerToolPart, 'id' | 'shared'>,
  path: string,
  losses: Loss[],
): readonly JsonObject[] {
  if (shared === undefined) return [];
  const called = blockId(id);
  if (shared.kind === 'mcp-result') return [resultBlock(called, shared.outcome)];
  const { server, tool, argumentsJson, outcome } = shared;
  const input = encodeInput(argumentsJson, `${path}.shared`, losses);
  return [
    { type: 'mcp_tool_use', id: called, name: tool, server_name: server, input },
    ...(outcome === undefined ? [] : [resultBlock(called, outcome)]),
  ];
}

const blockId = (id: string): string => id.replace(/[^a-zA-Z0-9_-]/g, '_');

const resultBlock = (id: string, { text, isError }: McpOutcome): JsonObject => ({
  type: 'mcp_tool_result',
  tool_use_id: id,
  is_error: isError === true,
  content: text.trim() === '' ? [] : [{ type: 'text', text }],
});
