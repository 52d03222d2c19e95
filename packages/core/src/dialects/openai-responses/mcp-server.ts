import type { McpServer, ServerTool } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { asShared, sharedFields } from '../server-tools.ts';
import { DIALECT } from './dialect-name.ts';

/** Source: openai 7.57's `Tool.Mcp`. A connector or a tunnel is OpenAI's own. */
const FIELDS = new Set([
  ...['type', 'server_label', 'server_url', 'server_description', 'authorization', 'headers'],
  ...['allowed_tools', 'require_approval'],
]);
const HINTS = new Set(['allowed_callers', 'defer_loading']);
const NAMES = new Set(['tool_names']);
const BEARER = /^bearer +/i;

/** What another provider can be asked for in place of this server. */
export function sharedServer(raw: JsonObject): Pick<ServerTool, 'shared' | 'rest'> {
  const said = sharedFields(raw, FIELDS, HINTS);
  const { server_label: label, server_url: url, ...fields } = said?.fields ?? {};
  const allowedTools = namesOf(fields['allowed_tools']);
  const headers = fields['headers'] ?? {};
  if (said === undefined || typeof label !== 'string' || typeof url !== 'string') return {};
  if (allowedTools === 'unknown' || allowedTools?.length === 0 || !isJsonObject(headers)) return {};
  const { server_description: serverDescription, authorization, require_approval: asks } = fields;
  const shared: McpServer = {
    kind: 'mcp',
    label,
    url,
    ...(typeof serverDescription === 'string' ? { serverDescription } : {}),
    ...credentials(authorization, headers),
    ...(allowedTools === undefined ? {} : { allowedTools }),
    // Left out, each call waits for its approval.
    ...(asks === 'never' ? {} : { asksFirst: true }),
  };
  return asShared(DIALECT, shared, said.hints);
}

/** A list of names, or a filter by names and nothing else. */
function namesOf(allowed: JsonValue | undefined): readonly string[] | undefined | 'unknown' {
  if (allowed === undefined) return undefined;
  const filter = isJsonObject(allowed) ? sharedFields(allowed, NAMES, new Set()) : undefined;
  const names = isJsonObject(allowed) ? filter?.fields['tool_names'] : allowed;
  return Array.isArray(names) ? names.map(String) : 'unknown';
}

/** A token in a header of its own is the same as one in the field. */
function credentials(
  authorization: JsonValue | undefined,
  headers: JsonObject,
): Pick<McpServer, 'authorization' | 'headers'> {
  const all = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const token = all.find(([name, value]) => /^authorization$/i.test(name) && BEARER.test(value));
  const isGiven = typeof authorization === 'string';
  const others = isGiven ? all : all.filter((header) => header !== token);
  return {
    ...(isGiven ? { authorization } : {}),
    ...(isGiven || token === undefined ? {} : { authorization: token[1].replace(BEARER, '') }),
    ...(others.length === 0 ? {} : { headers: Object.fromEntries(others) }),
  };
}

export const MCP_FIELDS = new Set([
  ...(['serverDescription', 'headers', 'allowedTools', 'asksFirst'] as const),
]);

export function saySharedServer(server: McpServer): JsonObject {
  const { label, url, serverDescription, authorization, headers, allowedTools } = server;
  return {
    type: 'mcp',
    server_label: label,
    server_url: url,
    ...(serverDescription === undefined ? {} : { server_description: serverDescription }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(headers === undefined ? {} : { headers }),
    ...(allowedTools === undefined ? {} : { allowed_tools: allowedTools }),
    require_approval: server.asksFirst === true ? 'always' : 'never',
  };
}

/** As a response repeats it: whoever reads or keeps a response learns nothing that opens the server. */
export function withoutCredentials(tool: JsonObject): JsonObject {
  const { authorization, headers, ...told } = tool;
  return {
    ...told,
    ...(authorization === undefined ? {} : { authorization: REDACTED }),
    ...(isJsonObject(headers)
      ? { headers: Object.fromEntries(Object.keys(headers).map((name) => [name, REDACTED])) }
      : {}),
  };
}

const REDACTED = '<redacted>';
