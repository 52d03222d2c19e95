import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../chat/error.ts';
import { decodeAnthropicError, encodeAnthropicError } from './anthropic-messages/errors.ts';
import { decodeBedrockError } from './bedrock-converse/errors.ts';
import { decodeCohereError } from './cohere-chat/errors.ts';
import { exceedsContext } from './exceeds-context.ts';
import { decodeGeminiError, encodeGeminiError } from './gemini/errors.ts';
import { decodeOpenAiError, encodeOpenAiError } from './openai-errors.ts';

const refused = (detail: string, code?: string): GatewayError => ({
  kind: 'provider_refused',
  provider: 'p',
  status: 400,
  detail,
  ...(code === undefined ? {} : { code }),
});

/** Each provider's own words, from its reference or its users' reports, as its decoder reads them. */
const TOLD: readonly [string, GatewayError][] = [
  [
    'OpenAI',
    decodeOpenAiError(
      400,
      {},
      '{"error":{"message":"Your input exceeds the context window of this model.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}',
      'p',
    ),
  ],
  [
    'a look-alike without a code',
    decodeOpenAiError(
      400,
      {},
      '{"error":{"message":"This model\'s maximum context length is 65536 tokens. However, you requested 70000 tokens.","type":"invalid_request_error","code":"invalid_request_error"}}',
      'p',
    ),
  ],
  [
    'Anthropic',
    decodeAnthropicError(
      400,
      {},
      '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}',
      'p',
    ),
  ],
  [
    'Anthropic, of the answer’s room',
    refused('input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000'),
  ],
  [
    'Gemini',
    decodeGeminiError(
      400,
      {},
      '{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}',
      'p',
    ),
  ],
  [
    'Bedrock',
    decodeBedrockError(400, {}, '{"message":"Input is too long for requested model."}', 'p'),
  ],
  [
    'Cohere',
    decodeCohereError(
      400,
      {},
      '{"message":"too many tokens: the total number of tokens in the prompt cannot exceed 128000"}',
      'p',
    ),
  ],
];

describe('a conversation that is too long for its model', () => {
  it.each(TOLD)('is told by %s, and to each client in its own provider’s words', (_who, error) => {
    expect(encodeOpenAiError(error).body).toMatchObject({
      error: { code: 'context_length_exceeded', type: 'invalid_request_error' },
    });
    expect(encodeAnthropicError(error).body).toMatchObject({
      error: {
        type: 'invalid_request_error',
        message: expect.stringContaining('prompt is too long'),
      },
    });
    expect(encodeGeminiError(error).body).toMatchObject({
      error: { status: 'INVALID_ARGUMENT', message: expect.stringMatching(/input token count/i) },
    });
  });

  it.each([
    refused('max_tokens: 300000 > 128000, which is the maximum allowed number of output tokens'),
    refused('tools.0.name: String should have at most 128 characters'),
    refused('messages.1.content: the text is too long'),
    { ...refused('prompt is too long'), verbatim: true as const } as GatewayError,
    { kind: 'provider_rate_limited', provider: 'p', detail: 'too many tokens' } as GatewayError,
  ])('is not what another refusal says: %j', (error) => {
    expect(exceedsContext(error)).toBe(false);
  });
});
