import type { Dialect } from '../dialect.ts';
import { clientWords } from './client-words.ts';
import { tokenCounting } from './count-tokens.ts';
import { DIALECT } from './dialect-name.ts';
import { passage } from './passage.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { createStreamDecoder, createStreamEncoder } from './stream.ts';

/** OpenAI's Responses API, and what its look-alikes make of it. */
export const openAiResponses: Dialect = {
  id: DIALECT,
  clientWords,
  statePlaces: {
    kinds: { reasoning: 'encrypted' },
    keepsThoughts: true,
    fields: ['encrypted_content'],
  },
  passage,
  media: { image: 'address', file: 'address' },
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
  tokenCounting,
};

export { failedFields } from './failed-fields.ts';
export { inputItems } from './input-items.ts';
export { decodeKeptRequest } from './request.ts';
export { repeatedFields } from './response-fields.ts';
