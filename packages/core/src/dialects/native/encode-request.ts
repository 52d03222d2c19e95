import type { ContentPart, MediaPart, ToolCallPart } from '../../chat/content-part.ts';
import type { Feature } from '../../chat/features.ts';
import { changed, type Encoded, type Loss, lost } from '../../chat/loss.ts';
import type { Message } from '../../chat/message.ts';
import type { ChatRequest } from '../../chat/request.ts';
import type { FunctionTool, ToolChoice } from '../../chat/tool.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';
import { TOOL_NAME } from './tools.ts';

/**
 * What the contract has a word for, with the client's own order but for system messages, which it
 * wants first. For callers of a native endpoint, and for the laws that tie both directions.
 */
export function encodeRequest(request: ChatRequest, target: Target): Encoded<JsonObject> {
  const losses: Loss[] = [...settingLosses(request)];
  const tools = encodeTools(request, losses);
  const { stopSequences, toolChoice } = request;
  return {
    value: {
      model: target.model,
      messages: inOrder(request.messages, losses).flatMap(({ message, index }) =>
        encodeMessage(message, `messages[${index}]`, losses),
      ),
      ...(request.stream ? { stream: true } : {}),
      ...optional('max_tokens', request.maxOutputTokens),
      ...optional('temperature', request.temperature),
      ...optional('top_p', request.topP),
      ...(stopSequences === undefined ? {} : { stop: stopSequences }),
      ...(tools.length === 0 ? {} : { tools }),
      ...(toolChoice === undefined ? {} : encodeToolChoice(toolChoice, losses)),
    },
    losses,
  };
}

const optional = (name: string, value: number | undefined): JsonObject =>
  value === undefined ? {} : { [name]: value };

/** The settings that the contract has no word for. */
const UNKNOWN = [
  'topK',
  'minP',
  'frequencyPenalty',
  'presencePenalty',
  'repetitionPenalty',
  'n',
  'seed',
  'logprobs',
  'logitBias',
  'reasoning',
  'verbosity',
  'modalities',
  'parallelToolCalls',
  'serviceTier',
  'metadata',
  'endUser',
  'cacheKey',
  'store',
] as const satisfies readonly (Feature & keyof ChatRequest)[];

const NO_WORD = 'the native contract has no word';

function settingLosses(request: ChatRequest): readonly Loss[] {
  const { n, output, audio, rest } = request;
  // What asks for no more than the contract gives anyway is no loss.
  const asked = UNKNOWN.filter((field) => field in request && !(field === 'n' && n === 1));
  const format = output?.type === 'json' ? 'jsonOutput' : 'outputSchema';
  return [
    ...asked.map((field) => lost(field, field, NO_WORD)),
    ...(output === undefined || output.type === 'text' ? [] : [lost(format, 'output', NO_WORD)]),
    ...(audio === undefined ? [] : [lost('modalities', 'audio', NO_WORD)]),
    ...(rest === undefined ? [] : [lost('unknownFields', 'rest', NO_WORD)]),
  ];
}

interface Placed {
  readonly message: Message;
  readonly index: number;
}

const isSystem = ({ message }: Placed): boolean =>
  message.role === 'system' || message.role === 'developer';

function inOrder(messages: readonly Message[], losses: Loss[]): readonly Placed[] {
  const placed = messages.map((message, index) => ({ message, index }));
  const leading = placed.filter(isSystem);
  for (const [at, { index, message }] of leading.entries()) {
    if (index !== at)
      losses.push(changed('systemPlace', `messages[${index}]`, 'moved', 'system messages lead'));
    if (message.role === 'developer') {
      losses.push(
        changed('systemPlace', `messages[${index}].role`, 'emulated', 'said as a system message'),
      );
    }
  }
  return [...leading, ...placed.filter((one) => !isSystem(one))];
}

function encodeMessage(message: Message, path: string, losses: Loss[]): readonly JsonObject[] {
  const results: JsonObject[] = [];
  const said: ContentPart[] = [];
  const calls: ToolCallPart[] = [];
  for (const [index, part] of message.content.entries()) {
    const at = `${path}.content[${index}]`;
    if (part.type === 'tool-call') calls.push(part);
    else if (part.type === 'tool-result') {
      if (part.isError === true)
        losses.push(lost('toolResultError', `${at}.isError`, 'no word for a failed tool'));
      const content = encodeContent(part.content, at, losses);
      results.push({ role: 'tool', tool_call_id: part.callId, content });
    } else said.push(part);
  }
  if (said.length === 0 && calls.length === 0 && results.length > 0) return results;
  const own: JsonObject = {
    role: message.role === 'developer' ? 'system' : message.role === 'tool' ? 'user' : message.role,
    content: encodeContent(said, path, losses),
    ...(message.name === undefined ? {} : { name: message.name }),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(encodeCall) }),
  };
  return [...results, own];
}

const encodeCall = ({ id, name, argumentsJson }: ToolCallPart): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: argumentsJson },
});

function encodeContent(
  parts: readonly ContentPart[],
  path: string,
  losses: Loss[],
): string | readonly JsonObject[] {
  const [only] = parts;
  if (only === undefined) return '';
  if (parts.length === 1 && only.type === 'text') return only.text;
  return parts.flatMap((part): readonly JsonObject[] => {
    if (part.type === 'text' || part.type === 'refusal') return [{ type: 'text', text: part.text }];
    const url = part.type === 'media' ? imageUrl(part) : undefined;
    if (part.type === 'media' && url !== undefined) {
      const detail = part.detail === undefined ? {} : { detail: part.detail };
      return [{ type: 'image_url', image_url: { url, ...detail } }];
    }
    losses.push(lost(unsaid(part), path, `no place for a part of type ${part.type}`));
    return [];
  });
}

function unsaid(part: ContentPart): Feature {
  if (part.type === 'media') return part.kind;
  if (part.type === 'reasoning') return 'earlierReasoning';
  return part.type === 'server-tool' ? 'serverToolTurn' : 'foreignPart';
}

function imageUrl({ kind, source, mediaType }: MediaPart): string | undefined {
  if (kind !== 'image') return undefined;
  if (source.type === 'url') return source.url;
  if (source.type === 'base64') return `data:${mediaType ?? 'image/png'};base64,${source.data}`;
  return undefined;
}

function encodeTools(request: ChatRequest, losses: Loss[]): readonly JsonObject[] {
  return (request.tools ?? []).flatMap((tool, index) => {
    const path = `tools[${index}]`;
    if (tool.type === 'server') {
      losses.push(lost('serverTools', path, 'no word for a tool of the provider'));
      return [];
    }
    return [encodeTool(tool, path, losses)];
  });
}

function encodeTool(tool: FunctionTool, path: string, losses: Loss[]): JsonObject {
  const { name, description, parameters } = tool;
  if (!TOOL_NAME.test(name)) {
    const why = 'only letters, digits and underscores may stand in a name';
    losses.push(lost('toolName', `${path}.name`, why));
  }
  if (description === undefined || description === '') {
    losses.push(
      changed(
        'toolDescription',
        `${path}.description`,
        'emulated',
        'required: the name stands in for it',
      ),
    );
  }
  if (tool.strict !== undefined)
    losses.push(lost('strictTools', `${path}.strict`, 'no word for it'));
  return {
    type: 'function',
    function: {
      name,
      description: description === undefined || description === '' ? name : description,
      parameters: { type: 'object', ...parameters },
    },
  };
}

function encodeToolChoice(choice: ToolChoice, losses: Loss[]): JsonObject {
  if (choice.type === 'one') {
    return { tool_choice: { type: 'function', function: { name: choice.name } } };
  }
  if (choice.type !== 'allowed') return { tool_choice: choice.type };
  losses.push(
    changed('toolChoice', 'toolChoice.names', 'emulated', 'no word for a list of allowed tools'),
  );
  return { tool_choice: choice.mode };
}
