import type { ServerTool, SharedTool } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import {
  approximate,
  asShared,
  type ServerToolWords,
  sharedFields,
  webSearch,
} from '../server-tools.ts';
import { DIALECT } from './dialect-name.ts';
import { MCP_FIELDS, saySharedServer, sharedServer } from './mcp-server.ts';

/** Source: openai 7.57's `WebSearchTool`, `WebSearchPreviewTool` and `Tool.CodeInterpreter`. */
const SEARCH = /^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/;
const SEARCH_FIELDS = new Set([
  ...['type', 'filters', 'user_location', 'search_context_size', 'external_web_access'],
]);
const SEARCH_HINTS = new Set(['search_content_types']);
const CODE_FIELDS = new Set(['type', 'container']);
const CODE_HINTS = new Set(['allowed_callers']);
const FILTERS = new Set(['allowed_domains']);
const CONTAINER = new Set(['type', 'file_ids']);
const CONTAINER_HINTS = new Set(['memory_limit']);

/** What another provider can be asked for in place of this tool. */
export function sharedTool(raw: JsonObject): Pick<ServerTool, 'shared' | 'rest'> {
  const { type } = raw;
  if (type === 'code_interpreter') return codeExecution(raw);
  if (type === 'mcp') return sharedServer(raw);
  return typeof type === 'string' && SEARCH.test(type) ? search(raw) : {};
}

function search(raw: JsonObject): Pick<ServerTool, 'shared' | 'rest'> {
  const said = sharedFields(raw, SEARCH_FIELDS, SEARCH_HINTS);
  if (said === undefined) return {};
  const { filters = {}, user_location, search_context_size, external_web_access } = said.fields;
  const filter = isJsonObject(filters) ? sharedFields(filters, FILTERS, new Set()) : undefined;
  // Without it what is found is what was found before: no other search can be told so.
  if (filter === undefined || external_web_access === false) return {};
  const shared = webSearch({
    allowedDomains: filter.fields['allowed_domains'],
    contextSize: search_context_size,
    place: user_location,
  });
  return asShared(DIALECT, shared, said.hints);
}

/** A container of the client's own, or with its files in it, is where no other provider's code runs. */
function codeExecution(raw: JsonObject): Pick<ServerTool, 'shared' | 'rest'> {
  const said = sharedFields(raw, CODE_FIELDS, CODE_HINTS);
  const container = said?.fields['container'];
  if (said === undefined || !isJsonObject(container) || container['type'] !== 'auto') return {};
  const begun = sharedFields(container, CONTAINER, CONTAINER_HINTS);
  const files = begun?.fields['file_ids'];
  if (begun === undefined || (Array.isArray(files) && files.length > 0)) return {};
  const hints = Object.keys(begun.hints).length === 0 ? {} : { container: begun.hints };
  return asShared(DIALECT, { kind: 'code-execution' }, { ...said.hints, ...hints });
}

export const WORDS: ServerToolWords = {
  dialect: DIALECT,
  search: new Set(['allowedDomains', 'contextSize', 'place']),
  mcp: MCP_FIELDS,
  say: saySharedTool,
};

function saySharedTool(tool: SharedTool): JsonObject {
  if (tool.kind === 'code-execution') {
    return { type: 'code_interpreter', container: { type: 'auto' } };
  }
  if (tool.kind === 'mcp') return saySharedServer(tool);
  const { allowedDomains, contextSize, place } = tool;
  return {
    type: 'web_search',
    ...(allowedDomains === undefined ? {} : { filters: { allowed_domains: allowedDomains } }),
    ...(contextSize === undefined ? {} : { search_context_size: contextSize }),
    ...(place === undefined ? {} : { user_location: approximate(place) }),
  };
}
