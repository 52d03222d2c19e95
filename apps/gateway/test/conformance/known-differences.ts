import type { Aspect } from './reading.ts';

/**
 * Where what a client reads is not what the oracle reads, and why that is so. Every combination of
 * a group must differ: the list can only get shorter.
 */
export interface KnownDifference {
  readonly reason: string;
  readonly recordings: readonly string[];
  /** `FACE/PACKAGE`; absent: all of them. */
  readonly clients?: readonly string[];
  readonly aspects: readonly Aspect[];
}

const TRANSLATED_FROM_CHAT = [
  'responses/openai',
  'responses/@ai-sdk/openai',
  'anthropic/@anthropic-ai/sdk',
  'anthropic/@ai-sdk/anthropic',
  'gemini/@google/genai',
  'gemini/@ai-sdk/google',
];

const TRANSLATED_FROM_RESPONSES = [
  'chat/openai',
  'chat/@ai-sdk/openai-compatible',
  'chat/@ai-sdk/openai',
  'anthropic/@anthropic-ai/sdk',
  'anthropic/@ai-sdk/anthropic',
  'gemini/@google/genai',
  'gemini/@ai-sdk/google',
];

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    reason:
      'The oracle leaves `tool_plan` out, what the model says before it calls tools; we show it as text.',
    recordings: [
      'cohere/cohere-null-args.json',
      'cohere/cohere-tool-call.json',
      'cohere/cohere-tool-call.chunks.txt',
    ],
    aspects: ['text'],
  },
  {
    reason:
      'xAI counts reasoning beside the completion; the oracle for look-alikes, which no quirk is told, reports less output than reasoning.',
    recordings: [
      'openai-compatible/chat/xai-text.json',
      'openai-compatible/chat/xai-text.chunks.txt',
      'openai-compatible/chat/xai-tool-call.json',
      'openai-compatible/chat/xai-tool-call.chunks.txt',
    ],
    clients: TRANSLATED_FROM_CHAT,
    aspects: ['usage.output'],
  },
  {
    reason:
      'The bytes pass: this client hands out the pieces of streamed arguments as they come, unjoined.',
    recordings: [
      'google/google-stream-tool-call-arguments.chunks.txt',
      'google/synthetic-partial-arguments.chunks.txt',
    ],
    clients: ['gemini/@google/genai'],
    aspects: ['toolCalls'],
  },
  {
    reason: 'The bytes pass: this package reads summaries of reasoning, not its text.',
    recordings: [
      'open-responses/responses/lmstudio-tool-call.1.chunks.txt',
      'open-responses/responses/synthetic-reasoning-text.json',
      'open-responses/responses/synthetic-reasoning-text.chunks.txt',
    ],
    clients: ['responses/@ai-sdk/openai'],
    aspects: ['reasoning'],
  },
  {
    reason:
      'The bytes pass: this client insists on one response id, which the recorded proxy rotates.',
    recordings: ['openai/responses/github-copilot-id-rotation.1.chunks.txt'],
    clients: ['responses/openai'],
    aspects: ['failure'],
  },
  {
    reason:
      'The bytes pass: this client’s accumulator throws on events of its own provider’s patch tool.',
    recordings: ['openai/responses/openai-apply-patch-tool.1.chunks.txt'],
    clients: ['responses/openai'],
    aspects: ['failure'],
  },
  {
    reason:
      'The recording was abridged: its deltas, which the oracle reads, are fewer than its final response, which this client reads.',
    recordings: ['openai/responses/openai-phase.1.chunks.txt'],
    clients: ['responses/openai'],
    aspects: ['text'],
  },
  {
    reason:
      'The bytes pass: this package is strict about items that xAI writes otherwise than OpenAI.',
    recordings: [
      'xai/responses/xai-code-execution-tool.1.json',
      'xai/responses/xai-file-search-tool.1.json',
      'xai/responses/xai-web-search-tool.1.json',
      'xai/responses/xai-web-search-tool.1.chunks.txt',
      'xai/responses/synthetic-x-search.json',
      'xai/responses/synthetic-x-search.chunks.txt',
    ],
    clients: ['responses/@ai-sdk/openai'],
    aspects: ['failure'],
  },
  {
    reason:
      'These commands ran in the provider’s container; the oracle takes them for the client’s unless its request says otherwise.',
    recordings: [
      'openai/responses/openai-shell-skills.1.json',
      'openai/responses/openai-shell-skills.1.chunks.txt',
    ],
    clients: [...TRANSLATED_FROM_RESPONSES, 'responses/openai'],
    aspects: ['toolCalls'],
  },
  {
    reason:
      'The oracle shows the summary that a compaction leaves as text; it is the next turn’s history, and nobody said it.',
    recordings: ['anthropic/synthetic-compaction.chunks.txt'],
    clients: [
      'chat/openai',
      'chat/@ai-sdk/openai-compatible',
      'chat/@ai-sdk/openai',
      'responses/openai',
      'responses/@ai-sdk/openai',
      'anthropic/@anthropic-ai/sdk',
      'gemini/@google/genai',
      'gemini/@ai-sdk/google',
    ],
    aspects: ['text'],
  },
  {
    reason: 'The bytes pass: this client leaves it to its user to sum the iterations.',
    recordings: ['anthropic/synthetic-compaction.chunks.txt'],
    clients: ['anthropic/@anthropic-ai/sdk'],
    aspects: ['usage.input', 'usage.output'],
  },
  {
    reason: 'Arguments of `null` mean none; the oracle knows that of whole replies only.',
    recordings: ['cohere/synthetic-null-arguments.chunks.txt'],
    aspects: ['toolCalls'],
  },
  {
    reason: 'The bytes pass: a word of the provider’s own, which clients of OpenAI don’t know.',
    recordings: [
      'deepseek/chat/synthetic-out-of-resources.json',
      'deepseek/chat/synthetic-out-of-resources.chunks.txt',
    ],
    clients: ['chat/openai', 'chat/@ai-sdk/openai-compatible', 'chat/@ai-sdk/openai'],
    aspects: ['failure'],
  },
  {
    reason: 'The bytes pass: a word of the provider’s own, which clients of OpenAI don’t know.',
    recordings: ['mistral/synthetic-model-length.json'],
    clients: ['chat/openai', 'chat/@ai-sdk/openai-compatible', 'chat/@ai-sdk/openai'],
    aspects: ['finish'],
  },
  {
    reason: 'The oracle forgets a call whose item never ends, though its arguments did.',
    recordings: ['open-responses/responses/synthetic-unfinished-items.chunks.txt'],
    clients: [...TRANSLATED_FROM_RESPONSES, 'responses/openai'],
    aspects: ['toolCalls', 'finish'],
  },
  {
    reason: 'The bytes pass: nothing in them says that the provider ran the tool already.',
    recordings: [
      'xai/responses/synthetic-x-search.json',
      'xai/responses/synthetic-x-search.chunks.txt',
    ],
    clients: ['responses/openai'],
    aspects: ['toolCalls', 'finish'],
  },
  {
    reason: 'Custom tools: OpenAI’s Chat has them, and this client does not know them.',
    recordings: [
      'openai/responses/synthetic-custom-tool.json',
      'openai/responses/synthetic-custom-tool.chunks.txt',
    ],
    clients: ['chat/@ai-sdk/openai-compatible', 'chat/@ai-sdk/openai'],
    aspects: ['failure'],
  },
];
