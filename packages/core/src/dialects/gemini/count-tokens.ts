import { isJsonObject } from '../../json/json-value.ts';
import type { TokenCounting } from '../dialect.ts';
import { geminiBody, geminiResource } from './address.ts';
import { wholeRequest } from './counted-request.ts';
import { decodeRequest } from './decode-request.ts';

/** Source: https://ai.google.dev/api/tokens#method:-models.counttokens */
export const tokenCounting: TokenCounting = {
  decodeRequest(body) {
    const { model } = body;
    const request = wholeRequest(body)?.request ?? body;
    return decodeRequest(model === undefined ? request : { ...request, model });
  },
  // Contents alone would be counted without their instructions and tools.
  encodeRequest: (body) => ({
    generateContentRequest: { ...geminiBody(body), model: geminiResource(String(body['model'])) },
  }),
  decodeReply: (body) => (isJsonObject(body) ? body['totalTokens'] : undefined),
  encodeReply: (tokens) => ({ totalTokens: tokens }),
};
