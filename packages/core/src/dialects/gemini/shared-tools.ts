import type { ServerTool, SharedTool, SharedToolKind } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { asShared, type ServerToolWords, sharedFields, webSearch } from '../server-tools.ts';
import { DIALECT } from './rest.ts';

/** Source: @google/genai's `GoogleSearch`: by time, by confidence and of images is its alone. */
const SEARCH_FIELDS = new Set(['excludeDomains']);

/** What another provider can be asked for in place of this tool. */
export function sharedTool(name: string, value: JsonValue): Pick<ServerTool, 'shared' | 'rest'> {
  if (!isJsonObject(value)) return {};
  if (name === 'codeExecution' && Object.keys(value).length === 0) {
    return asShared(DIALECT, { kind: 'code-execution' }, {});
  }
  const said = name === 'googleSearch' ? sharedFields(value, SEARCH_FIELDS, new Set()) : undefined;
  if (said === undefined) return {};
  return asShared(DIALECT, webSearch({ blockedDomains: said.fields['excludeDomains'] }), {});
}

const SAID: { readonly [kind in SharedToolKind]: JsonObject | undefined } = {
  'web-search': { googleSearch: {} },
  'code-execution': { codeExecution: {} },
  mcp: undefined,
};

/** The Gemini API refuses `excludeDomains`, which Vertex alone takes. */
export const WORDS: ServerToolWords = {
  dialect: DIALECT,
  search: new Set(),
  say: ({ kind }: SharedTool) => SAID[kind],
};
