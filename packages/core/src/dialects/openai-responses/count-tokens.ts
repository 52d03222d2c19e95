import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import type { TokenCounting } from '../dialect.ts';
import { decodeRequest } from './request.ts';

/** All that counting takes. */
const COUNTED = [
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'text',
  'reasoning',
  'truncation',
  'conversation',
  'previous_response_id',
  'personality',
];

/** Source: InputTokenCountParams of openai 7.57. */
export const tokenCounting: TokenCounting = {
  decodeRequest,
  encodeRequest: (body): JsonObject =>
    Object.fromEntries(Object.entries(body).filter(([field]) => COUNTED.includes(field))),
  decodeReply: (body) => (isJsonObject(body) ? body['input_tokens'] : undefined),
  encodeReply: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
};
