import type { ServerTool, SharedTool, SharedToolKind } from '../../chat/tool.ts';
import type { JsonObject } from '../../json/json-value.ts';
import {
  approximate,
  asShared,
  type ServerToolWords,
  sharedFields,
  webSearch,
} from '../server-tools.ts';
import { MCP_FIELDS, SERVER, saySharedServer, sharedServer } from './mcp-server.ts';
import { DIALECT } from './rest.ts';

/** Those that have a name of their own. */
type NamedKind = Exclude<SharedToolKind, 'mcp'>;

/**
 * The versions that every model since Claude 4 takes, and that need no opting in; later ones let code
 * call them, which not every model does. Source: `ToolUnion` of @anthropic-ai/sdk 1.12.
 */
const VERSIONS: { readonly [kind in NamedKind]: string } = {
  'web-search': 'web_search_20250305',
  'code-execution': 'code_execution_20250825',
};
const NAMES: { readonly [kind in NamedKind]: string } = {
  'web-search': 'web_search',
  'code-execution': 'code_execution',
};

const SEARCH_FIELDS = new Set([
  ...['type', 'name', 'allowed_domains', 'blocked_domains', 'max_uses', 'user_location'],
]);
const CODE_FIELDS = new Set(['type', 'name']);
const HINTS = new Set([
  ...['cache_control', 'allowed_callers', 'defer_loading', 'strict', 'response_inclusion'],
]);

/** What another provider can be asked for in place of this tool. */
export function sharedTool(raw: JsonObject): Pick<ServerTool, 'shared' | 'rest'> {
  if (SERVER in raw) return sharedServer(raw);
  const kind = /^(web_search|code_execution)_\d{8}$/.exec(String(raw['type']))?.[1];
  if (kind === undefined) return {};
  const said = sharedFields(raw, kind === 'web_search' ? SEARCH_FIELDS : CODE_FIELDS, HINTS);
  if (said === undefined) return {};
  const { allowed_domains, blocked_domains, max_uses, user_location } = said.fields;
  const shared: SharedTool =
    kind === 'code_execution'
      ? { kind: 'code-execution' }
      : webSearch({
          allowedDomains: allowed_domains,
          blockedDomains: blocked_domains,
          maxUses: max_uses,
          place: user_location,
        });
  return asShared(DIALECT, shared, said.hints);
}

export const WORDS: ServerToolWords = {
  dialect: DIALECT,
  search: new Set(['allowedDomains', 'blockedDomains', 'maxUses', 'place']),
  mcp: MCP_FIELDS,
  say: saySharedTool,
};

function saySharedTool(tool: SharedTool): JsonObject {
  if (tool.kind === 'mcp') return saySharedServer(tool);
  const named = { type: VERSIONS[tool.kind], name: NAMES[tool.kind] };
  if (tool.kind === 'code-execution') return named;
  const { allowedDomains, blockedDomains, maxUses, place } = tool;
  return {
    ...named,
    ...(allowedDomains === undefined ? {} : { allowed_domains: allowedDomains }),
    ...(blockedDomains === undefined ? {} : { blocked_domains: blockedDomains }),
    ...(maxUses === undefined ? {} : { max_uses: maxUses }),
    ...(place === undefined ? {} : { user_location: approximate(place) }),
  };
}

/** What a choice calls a tool: of another's, the name that it has here. */
export const toolName = (tool: ServerTool): string =>
  tool.dialect === DIALECT || tool.shared === undefined || tool.shared.kind === 'mcp'
    ? tool.name
    : NAMES[tool.shared.kind];
