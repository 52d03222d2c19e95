import type { ProviderDescription } from '../provider-description.ts';
import { anthropic } from './anthropic.ts';

/**
 * Amazon Bedrock: every model by Converse, Claude by Anthropic's own API too. A name is a model's, an
 * inference profile's (`eu.anthropic.…`) or an ARN. Sources: the types of the official client,
 * @aws-sdk/client-bedrock-runtime 3.1164, and @anthropic-ai/bedrock-sdk 1.1.3.
 */
export const bedrock: ProviderDescription = {
  name: 'bedrock',
  dialects: ['anthropic-messages', 'bedrock-converse'],
  dialectModels: { 'anthropic-messages': /(?:^|[./])anthropic\.claude-/ },
  isOneHost: true,
  baseUrl: {
    'anthropic-messages': 'https://bedrock-runtime.{region}.amazonaws.com',
    'bedrock-converse': 'https://bedrock-runtime.{region}.amazonaws.com',
  },
  words: { region: { variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'] } },
  endpoints: {
    'anthropic-messages': {
      path: '/model/{model}/invoke',
      streamPath: '/model/{model}/invoke-with-response-stream',
      addressed: ['model', 'stream'],
      framing: 'amazon-chunks',
      errors: 'bedrock-converse',
      bodyHeaders: {
        'anthropic-version': {
          field: 'anthropic_version',
          words: { '2023-06-01': 'bedrock-2023-05-31' },
        },
        'anthropic-beta': { field: 'anthropic_beta', isList: true },
      },
    },
  },
  // Its counter takes the request in another form.
  lacks: ['anthropic-count-tokens'],
  auth: 'bearer',
  keyVariables: ['AWS_BEARER_TOKEN_BEDROCK'],
  credentials: 'aws',
  signedAs: 'bedrock',
  // Neither API reads addresses here. Source: @ai-sdk/amazon-bedrock 5.0.101
  quirks: { noMediaUrls: true },
  pricedAs: 'aws',
  // Any other is a 400, "invalid beta flag". Sources: https://docs.aws.amazon.com/bedrock/latest/userguide,
  // model-parameters-anthropic-claude-messages; https://docs.litellm.ai/docs/tutorials/claude_code_beta_headers
  betas: {
    'anthropic-beta': [
      'computer-use-*',
      'compact-2026-01-12',
      'context-1m-2025-08-07',
      'context-management-2025-06-27',
      'dangerous-tool-use-2026-09-03',
      'effort-2025-11-24',
      'fine-grained-tool-streaming-2025-05-14',
      'mid-conversation-output-config-2026-07-01',
      'mid-conversation-tool-changes-2026-07-01',
      'thinking-binding-controls-2026-08-01',
      'thinking-display-updates-2026-08-18',
      'tool-search-tool-2025-10-19',
    ],
  },
  models: [
    { id: 'anthropic.claude-opus-5-5' },
    { id: 'anthropic.claude-sonnet-5-5' },
    { id: 'anthropic.claude-fable-5-1' },
    { id: 'anthropic.claude-opus-4-8' },
    { id: 'anthropic.claude-opus-4-7' },
    { id: 'anthropic.claude-opus-4-6-v1' },
    { id: 'anthropic.claude-sonnet-4-5-20250929-v1:0' },
    { id: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
    { id: 'amazon.nova-pro-v1:0' },
    { id: 'amazon.nova-lite-v1:0' },
    { id: 'amazon.nova-micro-v1:0' },
    { id: 'openai.gpt-oss-120b-1:0' },
  ],
  resold: [
    {
      name: /(?:^|[./])anthropic\.(claude-[a-z0-9-]+?(?:-\d{8})?)(?:-v\d+(?::\d+)?)?$/,
      models: anthropic.models,
    },
  ],
  modelList: { url: 'https://bedrock.{region}.amazonaws.com/foundation-models' },
  modelPrefixes: ['anthropic.', 'amazon.', 'arn:aws:bedrock:'],
};
