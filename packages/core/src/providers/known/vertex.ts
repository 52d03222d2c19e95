import type { Endpoint } from '../endpoint.ts';
import type { ProviderDescription } from '../provider-description.ts';
import { anthropic } from './anthropic.ts';
import { google } from './google.ts';

const HERE = '/v1/projects/{project}/locations/{location}';
const CLAUDE = `${HERE}/publishers/anthropic/models`;
const VERSION = {
  'anthropic-version': {
    field: 'anthropic_version',
    words: { '2023-06-01': 'vertex-2023-10-16' },
  },
} as const;

const geminiAt = (place: string): Endpoint => ({
  path: `${place}/publishers/google/models/{model}:generateContent`,
  streamPath: `${place}/publishers/google/models/{model}:streamGenerateContent?alt=sse`,
  addressed: ['model', 'stream'],
});

/**
 * Google's cloud: Gemini, Claude by Anthropic's own API, and others' models by `publisher/model` as
 * Chat Completions. With a key in place of credentials (express mode) it is Gemini alone, in no project.
 * Sources: @anthropic-ai/vertex-sdk 1.1.3, @google/genai 3.1 and @ai-sdk/google-vertex 5.0.141;
 * https://cloud.google.com/vertex-ai/generative-ai/docs, learn/locations and start/express-mode.
 */
export const vertex: ProviderDescription = {
  name: 'vertex',
  dialects: ['gemini', 'anthropic-messages', 'openai-chat'],
  dialectModels: {
    gemini: /^gemini-/,
    'anthropic-messages': /^claude-/,
    'openai-chat': /\//,
  },
  isOneHost: true,
  baseUrl: {
    gemini: 'https://{host}',
    'anthropic-messages': 'https://{host}',
    'openai-chat': 'https://{host}',
  },
  host: {
    by: 'location',
    named: {
      global: 'aiplatform.googleapis.com',
      us: 'aiplatform.us.rep.googleapis.com',
      eu: 'aiplatform.eu.rep.googleapis.com',
    },
    otherwise: '{location}-aiplatform.googleapis.com',
  },
  words: {
    project: { variables: ['GOOGLE_CLOUD_PROJECT', 'ANTHROPIC_VERTEX_PROJECT_ID'] },
    location: {
      variables: ['GOOGLE_CLOUD_LOCATION', 'CLOUD_ML_REGION'],
      fallback: 'global',
    },
  },
  endpoints: {
    gemini: geminiAt(HERE),
    'anthropic-messages': {
      path: `${CLAUDE}/{model}:rawPredict`,
      streamPath: `${CLAUDE}/{model}:streamRawPredict`,
      addressed: ['model'],
      bodyHeaders: VERSION,
    },
    'anthropic-count-tokens': { path: `${CLAUDE}/count-tokens:rawPredict`, bodyHeaders: VERSION },
    'openai-chat': { path: `${HERE}/endpoints/openapi/chat/completions` },
  },
  variants: [
    {
      when: 'key',
      change: {
        dialects: ['gemini'],
        baseUrl: { gemini: 'https://aiplatform.googleapis.com' },
        endpoints: { gemini: geminiAt('/v1') },
        modelList: 'none',
      },
    },
  ],
  // Gemini's counter knows no `generateContentRequest` here, and its embeddings are made elsewhere.
  lacks: [
    'gemini-count-tokens',
    'gemini-embed-content',
    'gemini-batch-embed-contents',
    'openai-completions',
    'openai-embeddings',
  ],
  auth: 'x-goog-api-key',
  keyVariables: ['GOOGLE_VERTEX_API_KEY'],
  credentials: 'google',
  // Claude reads no addresses here. Source: @ai-sdk/google-vertex 5.0.141
  quirks: { noMediaUrls: true },
  pricedAs: 'google',
  // Source: https://docs.litellm.ai/docs/tutorials/claude_code_beta_headers, and the list that it names.
  betas: {
    'anthropic-beta': [
      'computer-use-*',
      'compact-*',
      'context-1m-2025-08-07',
      'context-management-2025-06-27',
      'dangerous-tool-use-2026-09-03',
      'interleaved-thinking-2025-05-14',
      'per-turn-control-2026-07-01',
      'thinking-binding-controls-2026-08-01',
      'thinking-display-updates-2026-08-18',
      'tool-search-tool-2025-10-19',
      'web-search-2025-03-05',
    ],
  },
  models: [
    { id: 'claude-opus-4-5@20251101' },
    { id: 'claude-sonnet-4-5@20250929' },
    { id: 'claude-haiku-4-5@20251001' },
  ],
  resold: [
    { name: /^(claude-[^@]+)(?:@.+)?$/, models: anthropic.models },
    { name: /^(gemini-.+)$/, models: google.models },
  ],
  // Gemini's alone: it proves that the credentials do.
  modelList: { url: 'https://{host}/v1beta1/publishers/google/models?pageSize=1' },
  modelPrefixes: [],
};
