import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';

/** What the size of a request does not tell, in any dialect that providers speak. */
export interface UnseenInput {
  /** The JSON path in the body. */
  readonly path: string;
  /**
   * `input`: of unknown length, within the model's context: media, whose bytes may be few, and what stands
   * elsewhere. `turns`: the provider runs tools itself, and reads the whole again after each.
   */
  readonly kind: 'input' | 'turns';
}

/**
 * The first of a body's parts whose tokens its bytes do not bound; those that make turns before others.
 * What is not known counts as such: a new kind of part is taken for the longest.
 *
 * Sources: platform.openai.com/docs/api-reference (chat, responses), platform.claude.com/docs/en/api/messages,
 * ai.google.dev/api/generate-content, docs.cohere.com/reference/chat, docs.aws.amazon.com/bedrock (Converse).
 */
export function unseenIn(body: JsonObject): UnseenInput | undefined {
  return turnsIn(body) ?? elsewhereIn(body);
}

/** Fields by which a provider searches, runs tools or compacts by itself. */
const TURNING_FIELDS = [
  'web_search_options',
  'search_parameters',
  'mcp_servers',
  'plugins',
  'context_management',
];

/** Fields by which a body names what stands elsewhere. */
const ELSEWHERE_FIELDS = [
  'previous_response_id',
  'conversation',
  'cachedContent',
  'cached_content',
  'data_sources',
];

/** Tools that a client runs, though their provider knows them and says so in words of its own. */
const RUN_BY_CLIENT =
  /^(?:bash|text_editor|computer|memory)_|^(?:local_shell|apply_patch|computer_use_preview|computer)$/;

function turnsIn(body: JsonObject): UnseenInput | undefined {
  const field = TURNING_FIELDS.find((name) => isSaid(body[name]));
  if (field !== undefined) return { path: field, kind: 'turns' };
  return toolsOf(body).find(({ kind }) => kind === 'turns');
}

const toolsOf = (body: JsonObject): readonly UnseenInput[] => {
  const config = body['toolConfig'];
  const nested = isJsonObject(config) ? listed(config['tools'], 'toolConfig.tools') : [];
  return [...listed(body['tools'], 'tools'), ...nested].flatMap(([tool, path]) => {
    const kind = kindOfTool(tool);
    return kind === undefined ? [] : [{ path, kind }];
  });
};

/** Tools whose whole description is in their own fields. */
const DESCRIBED = new Set([
  'functionDeclarations',
  'function_declarations',
  'toolSpec',
  'cachePoint',
]);

function kindOfTool(tool: JsonValue): UnseenInput['kind'] | undefined {
  if (!isJsonObject(tool)) return 'turns';
  const { type, name } = tool;
  if (typeof type === 'string') {
    if (type === 'function' || type === 'custom') return undefined;
    return RUN_BY_CLIENT.test(type) ? 'input' : 'turns';
  }
  if (typeof name === 'string') return undefined;
  return Object.keys(tool).every((key) => DESCRIBED.has(key)) ? undefined : 'turns';
}

/** Where conversations stand, and what is embedded. */
const CONTAINERS = [
  'system',
  'systemInstruction',
  'system_instruction',
  'messages',
  'input',
  'contents',
  'content',
  'requests',
];

function elsewhereIn(body: JsonObject): UnseenInput | undefined {
  const field = ELSEWHERE_FIELDS.find((name) => isSaid(body[name]));
  if (field !== undefined) return { path: field, kind: 'input' };
  // Legacy completions have a text there, Responses a template's id.
  if (isJsonObject(body['prompt'])) return { path: 'prompt', kind: 'input' };
  for (const name of CONTAINERS) {
    const path = unseenPart(body[name], name);
    if (path !== undefined) return { path, kind: 'input' };
  }
  return toolsOf(body)[0];
}

/** Parts and items whose tokens stand in their own bytes. */
const SEEN_TYPES = new Set([
  'text',
  'input_text',
  'output_text',
  'refusal',
  'summary_text',
  'reasoning_text',
  'thinking',
  'redacted_thinking',
  'message',
  'function',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'local_shell_call',
  'local_shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'tool_use',
  'tool_result',
  'search_result',
]);

/** Fields of parts without a type that hold media or point to them. */
const MEDIA_FIELDS = [
  'inlineData',
  'inline_data',
  'fileData',
  'file_data',
  'image',
  'document',
  'video',
  'audio',
];

/** Where parts hold parts; their other fields are the client's own words, whatever these are called. */
const NESTED = ['content', 'parts', 'output', 'toolResult', 'functionResponse', 'guardContent'];

function unseenPart(value: JsonValue | undefined, path: string): string | undefined {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) {
      const found = unseenPart(item, `${path}[${at}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  if (!isSeen(value)) return path;
  for (const name of NESTED) {
    const found = unseenPart(value[name], `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isSeen(part: JsonObject): boolean {
  const { type } = part;
  if (typeof type !== 'string') return !MEDIA_FIELDS.some((name) => isSaid(part[name]));
  if (type === 'reasoning') return isSaid(part['encrypted_content']) || isSaid(part['content']);
  if (type === 'document') return isPlainText(part);
  return SEEN_TYPES.has(type);
}

function isPlainText({ source, document }: JsonObject): boolean {
  if (isJsonObject(source)) return source['type'] === 'text';
  return isJsonObject(document) && isSaid(document['data']);
}

const isSaid = (value: JsonValue | undefined): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

const listed = (
  value: JsonValue | undefined,
  path: string,
): readonly (readonly [JsonValue, string])[] =>
  Array.isArray(value) ? value.map((item, at) => [item, `${path}[${at}]`]) : [];
