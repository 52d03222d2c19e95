import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { createChunkTap } from '../chunk-tap.ts';
import { readEnvelope, usageEdits } from '../openai-envelope.ts';
import type { Edits, Passage } from '../passage.ts';
import { readOpenAiReply } from '../read-openai-reply.ts';
import { textWithin } from '../text-within.ts';
import { createMender } from './mender.ts';
import { refusesTools } from './refuses-tools.ts';
import { restoreMessages } from './restore-message.ts';

const SPOKEN = new Set([
  'content',
  'text',
  'reasoning_content',
  'reasoning',
  'thinking',
  'refusal',
  'name',
  'arguments',
  'input',
  'transcript',
]);

export const passage: Passage = {
  id: 'openai-chat',
  envelope: (body) => readEnvelope(body, ['max_completion_tokens', 'max_tokens']),
  edits: (body, envelope, quirks) => ({
    ...usageEdits(body, envelope, quirks),
    ...limitEdits(body, quirks),
    ...roleEdits(body, quirks),
  }),
  isRefused: (body, ability) => {
    const { tools, functions, reasoning_effort: effort } = body;
    const hasTools = [tools, functions].some((list) => Array.isArray(list) && list.length > 0);
    return hasTools && refusesTools(ability, typeof effort === 'string' ? effort : undefined);
  },
  asksForSchema: ({ response_format: format }) =>
    isJsonObject(format) && format['type'] === 'json_schema',
  readReply: (body, options) => readOpenAiReply(body, 'choices', options),
  createTap: createChunkTap,
  createMender,
  restore: restoreMessages,
  inputText: (body) => {
    const tools = body['tools'] ?? body['functions'];
    const said = textWithin(body['messages'], SPOKEN);
    return tools === undefined ? said : `${said}\n${JSON.stringify(tools)}`;
  },
  outputText: (body) => (isJsonObject(body) ? textWithin(body['choices'], SPOKEN) : ''),
  messageCount: ({ messages }) => (Array.isArray(messages) ? messages.length : 0),
};

/** A limit under a name that is not known would be no limit at all. */
function limitEdits({ max_completion_tokens: asked }: JsonObject, quirks: Quirks): Edits {
  if (quirks.maxTokensField !== 'max_tokens' || asked === undefined) return {};
  return {
    ...(typeof asked === 'number' ? { max_tokens: asked } : {}),
    max_completion_tokens: undefined,
  };
}

function roleEdits(body: JsonObject, quirks: Quirks): Edits {
  const messages = body['messages'];
  if (quirks.noDeveloperRole !== true || !Array.isArray(messages)) return {};
  const isDeveloper = (message: JsonValue): message is JsonObject =>
    isJsonObject(message) && message['role'] === 'developer';
  if (!messages.some(isDeveloper)) return {};
  return {
    messages: messages.map((message: JsonValue) =>
      isDeveloper(message) ? { ...message, role: 'system' } : message,
    ),
  };
}
