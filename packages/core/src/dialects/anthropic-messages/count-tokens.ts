import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { ok } from '../../result.ts';
import type { TokenCounting } from '../dialect.ts';
import { decodeRequest } from './decode-request.ts';

/** All that counting takes; whatever else an answer would need is refused as an extra input. */
const COUNTED = [
  'model',
  'system',
  'messages',
  'tools',
  'mcp_servers',
  'tool_choice',
  'thinking',
  'output_config',
  'cache_control',
];

/** Source: MessageCountTokensParams of @anthropic-ai/sdk 1.12, and of its beta. */
export const tokenCounting: TokenCounting = {
  decodeRequest(body) {
    // A request to be counted has no limit, which one to be answered needs.
    const decoded = decodeRequest({ max_tokens: 1, ...body });
    if (!decoded.ok || body['max_tokens'] !== undefined) return decoded;
    const { maxOutputTokens: _ours, ...request } = decoded.value.request;
    return ok({ ...decoded.value, request });
  },
  encodeRequest: (body): JsonObject =>
    Object.fromEntries(Object.entries(body).filter(([field]) => COUNTED.includes(field))),
  decodeReply: (body) => (isJsonObject(body) ? body['input_tokens'] : undefined),
  encodeReply: (tokens) => ({ input_tokens: tokens }),
};
