import type { Dialect } from '../dialect.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';
import { DIALECT } from './known-fields.ts';
import { bedrockPassage } from './passage.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { createStreamDecoder } from './stream-decoder.ts';
import { createStreamEncoder } from './stream-encoder.ts';

export { decodeBedrockError, decodeBedrockException } from './errors.ts';

/** Bedrock's Converse API, both ways. How it is reached is its transport's business. */
export const bedrockConverse: Dialect = {
  id: DIALECT,
  statePlaces: {
    kinds: { reasoning: 'signature' },
    keepsThoughts: true,
    fields: ['signature', 'redactedContent'],
  },
  passage: bedrockPassage,
  media: { image: 'bytes', audio: 'bytes', file: 'bytes', video: 'bytes' },
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
};
