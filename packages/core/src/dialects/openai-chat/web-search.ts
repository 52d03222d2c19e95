import type { ServerTool, Tool } from '../../chat/tool.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { asShared, sharedFields, webSearch } from '../server-tools.ts';
import { DIALECT } from './parts.ts';

/** A tool of the provider's in every way but where it stands: at the top of the request. */
const FIELD = 'web_search_options';
const FIELDS = new Set(['search_context_size', 'user_location']);
const PLACE_FIELDS = new Set(['type', 'approximate']);

export function decodeWebSearch(options: JsonValue | undefined): readonly ServerTool[] {
  if (!isJsonObject(options)) return [];
  const raw = { [FIELD]: options };
  return [{ type: 'server', name: 'web_search', dialect: DIALECT, raw, ...sharedOf(options) }];
}

function sharedOf(options: JsonObject): Pick<ServerTool, 'shared' | 'rest'> {
  const said = sharedFields(options, FIELDS, new Set());
  if (said === undefined) return {};
  const { search_context_size, user_location = {} } = said.fields;
  const place = isJsonObject(user_location)
    ? sharedFields(user_location, PLACE_FIELDS, new Set())
    : undefined;
  if (place === undefined) return {};
  const shared = webSearch({
    contextSize: search_context_size,
    place: place.fields['approximate'],
  });
  return asShared(DIALECT, shared, {});
}

/** Whether it is the search that its client asked for at the top of the request. */
export const isWebSearch = (tool: Tool): boolean =>
  tool.type === 'server' && tool.dialect === DIALECT && Object.hasOwn(tool.raw, FIELD);

export const encodeWebSearch = (tools: readonly Tool[]): JsonObject => {
  const tool = tools.find(isWebSearch);
  const options = tool?.type === 'server' ? tool.raw[FIELD] : undefined;
  return options === undefined ? {} : { [FIELD]: options };
};
