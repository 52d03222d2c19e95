import type { ContentPart, McpOutcome, ServerToolPart } from '../chat/content-part.ts';
import type { ChatRequest } from '../chat/request.ts';
import { isJsonObject, type JsonValue } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';

/**
 * The labels of the MCP servers that a provider is asked to call. An earlier call of another server
 * is none that it could place.
 */
export function askedServers(
  dialect: string,
  { tools = [], toolChoice }: ChatRequest,
  { serverTools = [] }: Quirks,
): ReadonlySet<string> {
  const isChosen = (name: string): boolean =>
    toolChoice?.type !== 'allowed' || toolChoice.names.includes(name);
  return new Set(
    tools.flatMap((tool) => {
      if (tool.type !== 'server' || tool.shared?.kind !== 'mcp' || !isChosen(tool.name)) return [];
      return tool.dialect === dialect || serverTools.includes('mcp') ? [tool.shared.label] : [];
    }),
  );
}

/**
 * The ids of calls to these servers of which a turn holds the result too: half of one is refused.
 */
export function wholeTurns(
  parts: readonly ContentPart[],
  servers: ReadonlySet<string>,
): ReadonlySet<string | undefined> {
  const tools = parts.filter((part): part is ServerToolPart => part.type === 'server-tool');
  const answered = new Set(
    tools.flatMap(({ id, shared }) =>
      shared?.kind === 'mcp-result' || shared?.outcome !== undefined ? [id] : [],
    ),
  );
  const calls = tools.filter(
    ({ id, shared }) =>
      shared?.kind === 'mcp-call' && servers.has(shared.server) && answered.has(id),
  );
  return new Set(calls.map(({ id }) => id));
}

/** What a tool answered, where that is text or a list of texts; undefined where it is more. */
export function outcomeOf(content: JsonValue, isError: boolean): McpOutcome | undefined {
  const text = textOf(content);
  return text === undefined ? undefined : { text, ...(isError ? { isError: true } : {}) };
}

function textOf(content: JsonValue): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.flatMap((block: JsonValue) =>
    isJsonObject(block) && block['type'] === 'text' && typeof block['text'] === 'string'
      ? [block['text']]
      : [],
  );
  return texts.length === content.length ? texts.join('\n') : undefined;
}
