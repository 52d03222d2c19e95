import type { Feature } from '../chat/features.ts';
import { type Loss, lost } from '../chat/loss.ts';
import type { McpServer, SearchPlace, ServerTool, SharedTool, WebSearch } from '../chat/tool.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';

type SearchField = Exclude<keyof WebSearch, 'kind'>;
type McpField = Exclude<keyof McpServer, 'kind' | 'label' | 'url' | 'authorization'>;

/** How a dialect says what several providers run. */
export interface ServerToolWords {
  readonly dialect: string;
  /** What it can say of a search; all else is told. */
  readonly search: ReadonlySet<SearchField>;
  /** Likewise of an MCP server; absent: it asks none. */
  readonly mcp?: ReadonlySet<McpField>;
  say(tool: SharedTool): JsonObject | undefined;
}

export interface ToolAt {
  readonly tool: ServerTool;
  readonly path: string;
}

/** By the fields of what is shared: those that can be missing where another provider runs it. */
const SETTINGS = {
  'web-search': {
    // Leaving these out changes where a search looks, and so what it is.
    allowedDomains: 'searchDomains',
    blockedDomains: 'searchDomains',
    maxUses: 'searchSettings',
    contextSize: 'searchSettings',
    place: 'searchSettings',
  } satisfies Record<SearchField, Feature>,
  mcp: {
    serverDescription: 'toolDescription',
    headers: 'mcpHeaders',
    allowedTools: 'mcpTools',
    deniedTools: 'mcpTools',
    asksFirst: 'mcpApproval',
  } satisfies Record<McpField, Feature>,
  'code-execution': {},
} as const;

/** The tool as it came from the same dialect, or the one like it that the target runs. */
export function encodeServerTool(
  { tool, path }: ToolAt,
  words: ServerToolWords,
  { serverTools = [] }: Quirks,
  lose: (loss: Loss) => void,
): JsonObject | undefined {
  if (tool.dialect === words.dialect) return tool.raw;
  const { shared } = tool;
  const said =
    shared === undefined || !serverTools.includes(shared.kind) ? undefined : words.say(shared);
  if (shared === undefined || said === undefined) {
    lose(lost('serverTools', path, `"${tool.name}" is a tool of another provider`));
    return undefined;
  }
  for (const name of Object.keys(tool.rest?.fields ?? {})) {
    lose(lost('unknownFields', `${path}.rest.${name}`, 'a field that only another dialect knows'));
  }
  const known: ReadonlySet<string> | undefined =
    shared.kind === 'mcp' ? words.mcp : shared.kind === 'web-search' ? words.search : undefined;
  for (const [field, feature] of Object.entries(SETTINGS[shared.kind])) {
    if (!Object.hasOwn(shared, field) || known?.has(field) === true) continue;
    lose(lost(feature, `${path}.shared.${field}`, 'such a tool has no such setting here'));
  }
  return said;
}

/** The fields of a search, without what is not set: an empty list of domains is none. */
export function webSearch(
  fields: { readonly [field in SearchField]?: JsonValue | undefined },
): WebSearch {
  const { allowedDomains, blockedDomains, maxUses, contextSize, place } = fields;
  const allowed = textsOf(allowedDomains);
  const blocked = textsOf(blockedDomains);
  return {
    kind: 'web-search',
    ...(allowed.length === 0 ? {} : { allowedDomains: allowed }),
    ...(blocked.length === 0 ? {} : { blockedDomains: blocked }),
    ...(typeof maxUses === 'number' ? { maxUses } : {}),
    ...(typeof contextSize === 'string' ? { contextSize } : {}),
    ...placeOf(place),
  };
}

const textsOf = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

const PLACE = ['city', 'country', 'region', 'timezone'] as const;

function placeOf(value: JsonValue | undefined): { readonly place?: SearchPlace } {
  if (!isJsonObject(value)) return {};
  const said = PLACE.flatMap((field) => {
    const text = value[field];
    return typeof text === 'string' ? [[field, text] as const] : [];
  });
  return said.length === 0 ? {} : { place: Object.fromEntries(said) };
}

/** As OpenAI and Anthropic both write it. */
export const approximate = (place: SearchPlace): JsonObject => ({ type: 'approximate', ...place });

/**
 * What of a tool is neither among the known fields nor a hint is not understood, and may be what
 * limits it: such a tool is given to its own provider alone.
 */
export function sharedFields(
  raw: JsonObject,
  known: ReadonlySet<string>,
  hints: ReadonlySet<string>,
): { readonly fields: JsonObject; readonly hints: JsonObject } | undefined {
  const set = Object.entries(raw).filter(([, value]) => value !== null);
  if (set.some(([name]) => !known.has(name) && !hints.has(name))) return undefined;
  return {
    fields: Object.fromEntries(set.filter(([name]) => known.has(name))),
    hints: Object.fromEntries(set.filter(([name]) => hints.has(name))),
  };
}

/** The shared part of a server tool, with what else was said of it. */
export const asShared = (
  dialect: string,
  shared: SharedTool | undefined,
  hints: JsonObject,
): Pick<ServerTool, 'shared' | 'rest'> => {
  if (shared === undefined) return {};
  return Object.keys(hints).length === 0
    ? { shared }
    : { shared, rest: { dialect, fields: hints } };
};
