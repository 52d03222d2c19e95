import type {
  ContentPart,
  McpCall,
  McpOutcome,
  ServerToolPart,
  SharedTurn,
} from '../../chat/content-part.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { outcomeOf } from '../mcp.ts';
import { DIALECT } from './dialect-name.ts';

export const CALL = 'mcp_call';

/** A call of a tool on an MCP server and what came of it, which are one item here. */
export function sharedTurn(item: JsonObject): SharedTurn | undefined {
  const { type, name, server_label: server, arguments: given } = item;
  if (type !== CALL || typeof name !== 'string' || typeof server !== 'string') return undefined;
  const outcome = outcomeIn(item);
  return {
    kind: 'mcp-call',
    server,
    tool: name,
    argumentsJson: typeof given === 'string' ? given : '',
    ...(outcome === undefined ? {} : { outcome }),
  };
}

/** Source: openai 7.57's `McpToolCallError`; in older responses an error is its text. */
function outcomeIn({ output, error, status }: JsonObject): McpOutcome | undefined {
  if (error !== null && error !== undefined) return outcomeOf(errorContent(error), true);
  if (typeof output === 'string') return { text: output };
  return status === 'completed' ? { text: '' } : undefined;
}

function errorContent(error: JsonValue): JsonValue {
  if (!isJsonObject(error)) return typeof error === 'string' ? error : JSON.stringify(error);
  const { content, message } = error;
  const said = outcomeOf(content ?? message ?? '', true);
  return said === undefined ? JSON.stringify(content) : (content ?? message ?? '');
}

/** What another dialect's call is here; without an outcome it is one that goes on. */
export function callItem(
  id: string,
  { server, tool, argumentsJson }: McpCall,
  outcome: McpOutcome | undefined,
): JsonObject {
  return {
    type: CALL,
    // The provider refuses other ids than of its own making.
    id: id.startsWith('mcp') ? id : `mcp_${id}`,
    server_label: server,
    name: tool,
    arguments: argumentsJson === '' ? '{}' : argumentsJson,
    ...(outcome === undefined ? {} : outcomeFields(outcome)),
  };
}

export const outcomeFields = ({ text, isError }: McpOutcome): JsonObject =>
  isError === true
    ? {
        status: 'failed',
        error: { type: 'mcp_tool_execution_error', content: [{ type: 'text', text }] },
      }
    : { status: 'completed', output: text };

/** What came of the calls of a turn, by their ids, where another dialect tells it apart. */
export function outcomesIn(parts: readonly ContentPart[]): ReadonlyMap<string, McpOutcome> {
  const tools = parts.filter((part): part is ServerToolPart => part.type === 'server-tool');
  return new Map(
    tools.flatMap(({ id = '', shared }) =>
      shared?.outcome === undefined ? [] : [[id, shared.outcome] as const],
    ),
  );
}

/** A call or a result that another dialect told, of a call that is told whole. */
export const isToldTurn = (
  part: ContentPart,
  turns: ReadonlySet<string | undefined>,
): part is ServerToolPart =>
  part.type === 'server-tool' && part.dialect !== DIALECT && turns.has(part.id);

/** A result has no item of its own: it stands in that of its call. */
export const mcpItems = (
  { id = '', shared }: ServerToolPart,
  outcomes: ReadonlyMap<string, McpOutcome>,
): readonly JsonObject[] =>
  shared?.kind === 'mcp-call' ? [callItem(id, shared, outcomes.get(id))] : [];
