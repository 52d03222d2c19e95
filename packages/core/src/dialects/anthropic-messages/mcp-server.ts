import type { ChatRequest } from '../../chat/request.ts';
import type { McpServer, ServerTool } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import type { EncodedRequest } from '../dialect.ts';
import { asShared, sharedFields } from '../server-tools.ts';
import { DIALECT } from './rest.ts';

/**
 * A server of tools is said in two places here: its address in `mcp_servers`, and which of its tools
 * there are in a toolset among `tools`. In the hub it is one tool, with its server in this field.
 * Source: `BetaMCPToolset` and `BetaRequestMCPServerURLDefinition` of @anthropic-ai/sdk 1.12.
 */
export const SERVER = 'mcp_server';
export const TOOLSET = 'mcp_toolset';

/** The tools of the wire with their servers; those of an older form, without a toolset, come last. */
export function withServers(
  tools: readonly JsonObject[],
  servers: readonly JsonObject[],
): readonly JsonObject[] {
  const left = [...servers];
  const paired = tools.map((tool) => {
    if (tool['type'] !== TOOLSET) return tool;
    const at = left.findIndex(({ name }) => name === tool['mcp_server_name']);
    const [server] = at < 0 ? [] : left.splice(at, 1);
    return server === undefined ? tool : { ...tool, [SERVER]: server };
  });
  return [...paired, ...left.map((server) => ({ [SERVER]: server }))];
}

/** What a toolset, or a server without one, is of. */
export function serverName({ [SERVER]: server, mcp_server_name: own }: JsonObject) {
  const name = own ?? (isJsonObject(server) ? server['name'] : undefined);
  return typeof name === 'string' ? name : undefined;
}

/** The opposite: what stands in `tools`, and what in `mcp_servers`. */
export function apart(encoded: readonly JsonObject[]): {
  readonly tools: readonly JsonObject[];
  readonly servers: readonly JsonObject[];
} {
  const parts = encoded.map(({ [SERVER]: server, ...tool }) => ({ tool, server }));
  return {
    tools: parts.flatMap(({ tool }) => (Object.keys(tool).length === 0 ? [] : [tool])),
    servers: parts.flatMap(({ server }) => (isJsonObject(server) ? [server] : [])),
  };
}

const SERVER_FIELDS = new Set(['type', 'name', 'url', 'authorization_token']);
const OLDER_FIELDS = new Set([...SERVER_FIELDS, 'tool_configuration']);
const TOOLSET_FIELDS = new Set(['type', 'mcp_server_name', 'default_config', 'configs']);
const TOOLSET_HINTS = new Set(['cache_control']);
const CONFIG_FIELDS = new Set(['enabled']);
const CONFIG_HINTS = new Set(['defer_loading']);
const OLDER_CONFIG = new Set(['enabled', 'allowed_tools']);
const NONE: ReadonlySet<string> = new Set();

/** What another provider can be asked for in place of this server. */
export function sharedServer(raw: JsonObject): Pick<ServerTool, 'shared' | 'rest'> {
  const { [SERVER]: server, ...toolset } = raw;
  if (!isJsonObject(server)) return {};
  const isOlder = Object.keys(toolset).length === 0;
  const address = sharedFields(server, isOlder ? OLDER_FIELDS : SERVER_FIELDS, NONE)?.fields;
  if (typeof address?.['name'] !== 'string' || typeof address['url'] !== 'string') return {};
  const { name: label, url, authorization_token: token, tool_configuration: older } = address;
  const limits = isOlder ? olderLimits(older) : limitsOf(toolset);
  // Of no tool at all nothing can be asked.
  if (limits === undefined || limits.allowedTools?.length === 0) return {};
  const { hints = {}, ...tools } = limits;
  const shared: McpServer = {
    kind: 'mcp',
    label,
    url,
    ...(typeof token === 'string' ? { authorization: token } : {}),
    ...tools,
  };
  return asShared(DIALECT, shared, hints);
}

type Limits = Pick<McpServer, 'allowedTools' | 'deniedTools'> & { readonly hints?: JsonObject };

function olderLimits(configuration: JsonObject[string] | undefined): Limits | undefined {
  if (configuration === undefined) return {};
  if (!isJsonObject(configuration)) return undefined;
  const said = sharedFields(configuration, OLDER_CONFIG, NONE)?.fields;
  if (said === undefined || said['enabled'] === false) return undefined;
  const { allowed_tools: names } = said;
  if (names === undefined) return {};
  return Array.isArray(names) ? { allowedTools: names.map(String) } : undefined;
}

/** Undefined where something of it is not understood. */
function limitsOf(toolset: JsonObject): Limits | undefined {
  const said = sharedFields(toolset, TOOLSET_FIELDS, TOOLSET_HINTS);
  const { default_config: usual = {}, configs = {} } = said?.fields ?? {};
  if (said === undefined || !isJsonObject(usual) || !isJsonObject(configs)) return undefined;
  const byDefault = sharedFields(usual, CONFIG_FIELDS, CONFIG_HINTS);
  const byTool = Object.entries(configs).map(([name, config]) => ({
    name,
    config: isJsonObject(config) ? sharedFields(config, CONFIG_FIELDS, CONFIG_HINTS) : undefined,
  }));
  if (byDefault === undefined || byTool.some(({ config }) => config === undefined)) {
    return undefined;
  }
  const isOn = byDefault.fields['enabled'] !== false;
  const others = byTool.flatMap(({ name, config }) =>
    (config?.fields['enabled'] ?? isOn) === isOn ? [] : [name],
  );
  const defers = [byDefault, ...byTool.map(({ config }) => config)].some(
    (config) => config?.hints['defer_loading'] === true,
  );
  return {
    ...(isOn ? (others.length === 0 ? {} : { deniedTools: others }) : { allowedTools: others }),
    hints: { ...said.hints, ...(defers ? { defer_loading: true } : {}) },
  };
}

/** What is told as lost where it can't be said here. */
export const MCP_FIELDS: ReadonlySet<'allowedTools' | 'deniedTools'> = new Set([
  'allowedTools',
  'deniedTools',
]);

export function saySharedServer(server: McpServer): JsonObject {
  const { label, url, authorization, allowedTools, deniedTools = [] } = server;
  const configs = Object.fromEntries([
    ...(allowedTools ?? []).map((name) => [name, { enabled: true }] as const),
    ...deniedTools.map((name) => [name, { enabled: false }] as const),
  ]);
  return {
    type: TOOLSET,
    mcp_server_name: label,
    ...(allowedTools === undefined ? {} : { default_config: { enabled: false } }),
    ...(Object.keys(configs).length === 0 ? {} : { configs }),
    [SERVER]: {
      type: 'url',
      url,
      name: label,
      ...(authorization === undefined ? {} : { authorization_token: authorization }),
    },
  };
}

const HEADER = 'anthropic-beta';
/** Source: `AnthropicBeta` of @anthropic-ai/sdk 1.12; what came in this dialect was opted in there. */
const BETA = 'mcp-client-2025-11-20';

/** Whether servers stand in these fields that another dialect asked for. */
export const writesServers = ({ tools = [] }: ChatRequest, fields: JsonObject): boolean =>
  fields['mcp_servers'] !== undefined &&
  tools.some((tool) => tool.type === 'server' && tool.dialect !== DIALECT);

/** The headers, with what opens such servers. */
export function optedIn(
  headers: EncodedRequest['headers'],
  hasServers: boolean,
): EncodedRequest['headers'] {
  if (!hasServers) return headers;
  const betas = headers?.[HEADER];
  return { ...headers, [HEADER]: betas === undefined ? BETA : `${betas},${BETA}` };
}
