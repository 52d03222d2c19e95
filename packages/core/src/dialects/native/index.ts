import { stepper } from '../../fold.ts';
import { ok } from '../../result.ts';
import { NO_STATE } from '../../state/state-places.ts';
import type { Codec } from '../dialect.ts';
import { clientWords } from './client-words.ts';
import { encodeRequest } from './encode-request.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { decodeNativeRequest } from './request.ts';
import { streamFold } from './stream-decoder.ts';
import { createStreamEncoder } from './stream-encoder.ts';

/**
 * The predecessor's contract. Only faces speak it, so nothing passes through. A face decodes with
 * `decodeNativeRequest`, which also reads the words for tier and conversation.
 */
export const native: Codec = {
  id: 'native',
  clientWords,
  statePlaces: NO_STATE,
  decodeRequest: (body) => decodeNativeRequest(body),
  encodeRequest: (request, target) => ok(encodeRequest(request, target)),
  decodeReply,
  encodeReply,
  createStreamDecoder: (target) => stepper(streamFold(target)),
  createStreamEncoder,
};
