import type { ChatRequest, ContentPart, Feature, Message, SharedTool } from '@tollgate/core/chat';
import type { Ability, Quirks } from '@tollgate/core/providers';

/** The least request that uses a feature, and the same one without it to hold it against. */
export interface RequestSample {
  readonly request: Partial<ChatRequest>;
  readonly without?: Partial<ChatRequest>;
  /** What the model can't, where the feature is about that. */
  readonly ability?: Ability;
  /** What the provider does, likewise. */
  readonly quirks?: Quirks;
}

const hi: ContentPart = { type: 'text', text: 'Hi' };
const asked: Message = { role: 'user', content: [hi] };

const saying = (...content: readonly ContentPart[]): Partial<ChatRequest> => ({
  messages: [{ role: 'user', content }],
});
const answered = (...content: readonly ContentPart[]): Partial<ChatRequest> => ({
  messages: [asked, { role: 'assistant', content }, asked],
});

const media = (kind: 'image' | 'audio' | 'file' | 'video', mediaType: string) =>
  ({ type: 'media', kind, mediaType, source: { type: 'base64', data: 'AAAA' } }) as const;
const image = media('image', 'image/png');
const file = media('file', 'application/pdf');

const f = { type: 'function', name: 'f', parameters: { type: 'object' } } as const;
const call: ContentPart = { type: 'tool-call', id: 'c', name: 'f', argumentsJson: '{}' };
const result: ContentPart = { type: 'tool-result', callId: 'c', content: [hi] };
const looped = (...results: readonly ContentPart[]): Partial<ChatRequest> => ({
  tools: [f],
  messages: [asked, { role: 'assistant', content: [call] }, { role: 'tool', content: results }],
});

const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
const output = { type: 'json-schema', name: 'o', schema, strict: true } as const;
const ELSEWHERE = 'elsewhere';
const far = { type: 'opaque', dialect: ELSEWHERE, raw: { type: 'far' } } as const;

const RUNS: Quirks = { serverTools: ['web-search', 'mcp'] };
const asking = (shared: SharedTool): Partial<ChatRequest> => ({
  tools: [{ type: 'server', name: 'search', dialect: ELSEWHERE, raw: {}, shared }],
});

const server: SharedTool = { kind: 'mcp', label: 's', url: 'https://mcp.example' };

/** Undefined: what no encoder of a provider's dialect loses; the page says by whom it is told. */
export const REQUEST_SAMPLES: { readonly [feature in Feature]: RequestSample | undefined } = {
  maxOutputTokens: { request: { maxOutputTokens: 100 } },
  temperature: { request: { temperature: 0.5 } },
  topP: { request: { topP: 0.5 } },
  topK: { request: { topK: 5 } },
  minP: { request: { minP: 0.1 } },
  frequencyPenalty: { request: { frequencyPenalty: 0.5 } },
  presencePenalty: { request: { presencePenalty: 0.5 } },
  repetitionPenalty: { request: { repetitionPenalty: 1.1 } },
  seed: { request: { seed: 7 } },
  logprobs: { request: { logprobs: { top: 2 } } },
  logitBias: { request: { logitBias: { '50256': -100 } } },
  n: { request: { n: 2 } },
  stopSequences: { request: { stopSequences: ['END'] } },
  verbosity: { request: { verbosity: 'low' } },
  modalities: { request: { modalities: ['text', 'audio'] } },
  audioFormat: {
    request: { modalities: ['text', 'audio'], audio: { voice: { id: 'v' }, format: 'mp3' } },
    without: { modalities: ['text', 'audio'] },
  },
  jsonOutput: { request: { output: { type: 'json' } } },
  outputSchema: { request: { output } },
  outputGrammar: {
    request: { rest: { dialect: ELSEWHERE, fields: { response_format: { type: 'grammar' } } } },
  },
  outputDescription: {
    request: { output: { ...output, description: 'A.' } },
    without: { output },
  },
  schemaKeyword: {
    request: { tools: [{ ...f, parameters: { ...schema, patternProperties: { '^b': {} } } }] },
    without: { tools: [{ ...f, parameters: schema }] },
  },
  reasoning: { request: { reasoning: { enabled: false } } },
  reasoningEffort: { request: { reasoning: { effort: 'high' } } },
  reasoningBudget: { request: { reasoning: { budgetTokens: 2048 }, maxOutputTokens: 4096 } },
  reasoningVisibility: {
    request: { reasoning: { effort: 'high', visibility: 'summary' } },
    without: { reasoning: { effort: 'high' } },
  },
  tools: { request: { tools: [f] }, ability: { tools: false } },
  serverTools: {
    request: {
      tools: [{ type: 'server', name: 'search', dialect: ELSEWHERE, raw: { type: 'search' } }],
    },
  },
  searchDomains: {
    request: asking({ kind: 'web-search', allowedDomains: ['example.com'] }),
    without: asking({ kind: 'web-search' }),
    quirks: RUNS,
  },
  searchSettings: {
    request: asking({ kind: 'web-search', maxUses: 1 }),
    without: asking({ kind: 'web-search' }),
    quirks: RUNS,
  },
  mcpApproval: {
    request: asking({ ...server, asksFirst: true }),
    without: asking(server),
    quirks: RUNS,
  },
  mcpTools: {
    request: asking({ ...server, deniedTools: ['t'] }),
    without: asking(server),
    quirks: RUNS,
  },
  mcpHeaders: {
    request: asking({ ...server, headers: { h: 'v' } }),
    without: asking(server),
    quirks: RUNS,
  },
  toolName: undefined,
  toolDescription: undefined,
  strictTools: { request: { tools: [{ ...f, strict: true }] }, without: { tools: [f] } },
  toolChoice: {
    request: { tools: [f], toolChoice: { type: 'required' } },
    without: { tools: [f] },
  },
  toolChoiceWithoutTools: { request: { toolChoice: { type: 'required' } } },
  parallelToolCalls: {
    request: { tools: [f], parallelToolCalls: false },
    without: { tools: [f] },
  },
  serviceTier: { request: { serviceTier: 'flex' } },
  metadata: { request: { metadata: { a: 'b' } } },
  endUser: { request: { endUser: 'u' } },
  cacheKey: { request: { cacheKey: 'k' } },
  store: { request: { store: true } },
  background: undefined,
  storedConversation: undefined,
  storedPrompt: undefined,
  dimensions: undefined,
  vectorType: undefined,
  tokenInput: undefined,
  embeddingTask: undefined,
  documentTitle: undefined,
  truncation: undefined,
  suffix: undefined,
  echo: undefined,
  bestOf: undefined,
  unknownFields: { request: { rest: { dialect: ELSEWHERE, fields: { far: 1 } } } },
  providerHeaders: undefined,
  noMessages: { request: { messages: [{ role: 'system', content: [hi] }] } },
  systemPlace: {
    request: { messages: [asked, { role: 'system', content: [hi] }, asked] },
    without: { messages: [asked, asked] },
  },
  systemMedia: {
    request: { messages: [{ role: 'system', content: [hi, image] }, asked] },
    without: { messages: [{ role: 'system', content: [hi] }, asked] },
  },
  prefill: {
    request: { messages: [asked, { role: 'assistant', content: [hi] }] },
    ability: { prefill: false },
  },
  participantName: { request: { messages: [{ ...asked, name: 'ann' }] } },
  cacheMark: { request: saying({ ...hi, cache: {} }) },
  image: { request: saying(hi, image) },
  audio: { request: saying(hi, media('audio', 'audio/wav')) },
  file: { request: saying(hi, file) },
  video: { request: saying(hi, media('video', 'video/mp4')) },
  mediaDetail: {
    request: saying(hi, { ...image, detail: 'high' }),
    without: saying(hi, image),
  },
  mediaName: { request: saying(hi, { ...file, name: 'a.pdf' }), without: saying(hi, file) },
  generatedMedia: { request: answered(hi, image), without: answered(hi) },
  transcript: undefined,
  refusal: { request: answered({ type: 'refusal', text: 'No.' }), without: answered() },
  annotations: {
    request: answered({
      ...hi,
      annotations: [{ kind: 'url-citation', url: 'https://a.example', start: 0, end: 2 }],
    }),
    without: answered(hi),
  },
  earlierReasoning: {
    request: answered({ type: 'reasoning', text: 'Hm.' }, hi),
    without: answered(hi),
  },
  providerState: {
    request: answered(
      {
        type: 'reasoning',
        state: [{ origin: { provider: ELSEWHERE }, kind: 'signature', data: 's' }],
      },
      hi,
    ),
    without: answered(hi),
  },
  callPlace: {
    request: {
      tools: [f],
      messages: [
        asked,
        { role: 'assistant', content: [call, hi] },
        { role: 'tool', content: [result] },
      ],
    },
    without: looped(result),
  },
  toolArguments: {
    request: {
      tools: [f],
      messages: [
        asked,
        { role: 'assistant', content: [{ ...call, argumentsJson: '[1]' }] },
        { role: 'tool', content: [result] },
      ],
    },
    without: looped(result),
  },
  toolResultPlace: {
    request: {
      tools: [f],
      messages: [
        asked,
        { role: 'assistant', content: [call] },
        asked,
        { role: 'tool', content: [result] },
      ],
    },
    without: looped(result),
  },
  toolResultError: {
    request: looped({ ...result, isError: true }),
    without: looped(result),
  },
  toolResultMedia: {
    request: looped({ ...result, content: [hi, image] }),
    without: looped(result),
  },
  serverToolTurn: {
    request: answered(
      { type: 'server-tool', role: 'call', name: 'search', dialect: ELSEWHERE, raw: {} },
      hi,
    ),
    without: answered(hi),
  },
  foreignPart: { request: saying(hi, far), without: saying(hi) },
  misplacedPart: { request: saying(hi, call), without: saying(hi) },
  foreignTurn: undefined,
  replyMedia: undefined,
  choices: undefined,
  usage: undefined,
};
