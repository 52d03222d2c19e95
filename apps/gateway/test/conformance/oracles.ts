import { createAlibaba } from '@ai-sdk/alibaba';
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createAzure } from '@ai-sdk/azure';
import { createCohere } from '@ai-sdk/cohere';
import { createDeepSeek } from '@ai-sdk/deepseek';
import { createGoogle } from '@ai-sdk/google';
import { createGroq } from '@ai-sdk/groq';
import { createMistral } from '@ai-sdk/mistral';
import { createMoonshotAI } from '@ai-sdk/moonshotai';
import { createOpenResponses } from '@ai-sdk/open-responses';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { createPerplexity } from '@ai-sdk/perplexity';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { createXai } from '@ai-sdk/xai';
// The last that reads xAI's Chat Completions.
import { createXai as createXaiChat } from 'ai-sdk-xai-chat';
import { readWithAiSdk } from './read-ai-sdk.ts';
import type { Reading } from './reading.ts';
import type { RecordedReply } from './recorded-reply.ts';

const MODEL = 'model';

interface Options {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly fetch: typeof globalThis.fetch;
}

/** By folder and family; by folder alone where it holds one family. */
const PACKAGES: { readonly [family: string]: (options: Options) => LanguageModelV4 } = {
  alibaba: (options) => createAlibaba(options)(MODEL),
  'amazon-bedrock': (options) => createAmazonBedrock({ ...options, region: 'us-east-1' })(MODEL),
  anthropic: (options) => createAnthropic(options)(MODEL),
  'azure/openai-chat': (options) => createAzure(options).deepseek(MODEL),
  'azure/openai-responses': (options) => createAzure(options).responses(MODEL),
  cohere: (options) => createCohere(options)(MODEL),
  deepseek: (options) => createDeepSeek(options)(MODEL),
  google: (options) => createGoogle(options)(MODEL),
  groq: (options) => createGroq(options)(MODEL),
  mistral: (options) => createMistral(options)(MODEL),
  moonshotai: (options) => createMoonshotAI(options)(MODEL),
  ollama: (options) => createOpenAICompatible({ ...options, name: 'ollama' })(MODEL),
  'open-responses': (options) =>
    createOpenResponses({ ...options, url: `${options.baseURL}/responses`, name: 'open' })(MODEL),
  'openai/openai-chat': (options) => createOpenAI(options).chat(MODEL),
  'openai/openai-responses': (options) => createOpenAI(options).responses(MODEL),
  'openai-compatible': (options) => createOpenAICompatible({ ...options, name: 'open' })(MODEL),
  openrouter: (options) => createOpenAICompatible({ ...options, name: 'openrouter' })(MODEL),
  perplexity: (options) => createPerplexity(options)(MODEL),
  'xai/openai-chat': (options) => createXaiChat(options).chat(MODEL),
  'xai/openai-responses': (options) => createXai(options).responses(MODEL),
};

/** What the provider's own package of the AI SDK makes of the recording, read straight. */
export async function readStraight(reply: RecordedReply): Promise<Reading> {
  const open = PACKAGES[`${reply.provider}/${reply.family}`] ?? PACKAGES[reply.provider];
  if (open === undefined) throw new Error(`no package reads ${reply.title}`);
  const model = open({
    apiKey: 'key',
    baseURL: 'http://recording.invalid',
    fetch: async () =>
      new Response(Uint8Array.from(reply.body), {
        status: reply.status,
        headers: { 'content-type': reply.contentType },
      }),
  });
  return await readWithAiSdk(model, reply.stream);
}
