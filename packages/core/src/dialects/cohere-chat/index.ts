import { NO_STATE } from '../../state/state-places.ts';
import type { Dialect } from '../dialect.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';
import { DIALECT } from './known-fields.ts';
import { coherePassage } from './passage.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { createStreamDecoder } from './stream-decoder.ts';
import { createStreamEncoder } from './stream-encoder.ts';

export { decodeCohereError } from './errors.ts';

/** Cohere's Chat API v2, both ways. */
export const cohereChat: Dialect = {
  id: DIALECT,
  statePlaces: NO_STATE,
  passage: coherePassage,
  media: { image: 'address' },
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
};
