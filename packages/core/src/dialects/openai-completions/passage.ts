import { isJsonObject } from '../../json/json-value.ts';
import { createChunkTap } from '../chunk-tap.ts';
import { readEnvelope, usageEdits } from '../openai-envelope.ts';
import type { Passage } from '../passage.ts';
import { readOpenAiReply } from '../read-openai-reply.ts';
import { textWithin } from '../text-within.ts';
import { gather } from './gather.ts';

const TEXT = new Set(['text']);
const PROMPTS = new Set(['prompt', 'suffix']);

/** OpenAI's legacy text completions: chunks and usage as in Chat, other words for the text. */
export const openAiCompletionsPassage: Passage = {
  id: 'openai-completions',
  envelope: (body) => readEnvelope(body, ['max_tokens']),
  edits: usageEdits,
  readReply: (body, options) => readOpenAiReply(body, 'choices', options),
  createTap: createChunkTap,
  gather,
  inputText: (body) => textWithin(body, PROMPTS),
  outputText: (body) => (isJsonObject(body) ? textWithin(body['choices'], TEXT) : ''),
};
