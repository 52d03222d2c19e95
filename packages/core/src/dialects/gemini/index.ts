import type { Dialect } from '../dialect.ts';
import { clientWords } from './client-words.ts';
import { tokenCounting } from './count-tokens.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';
import { geminiPassage } from './passage.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { DIALECT } from './rest.ts';
import { createStreamDecoder } from './stream-decoder.ts';
import { createStreamEncoder } from './stream-encoder.ts';

export { tokenCounting as geminiTokenCounting } from './count-tokens.ts';
export { renamedCount as renamedGeminiCount } from './counted-request.ts';
export { decodeGeminiError, encodeGeminiError, geminiErrorBody } from './errors.ts';

/** Google's `generateContent`, both ways. */
export const gemini: Dialect = {
  id: DIALECT,
  clientWords,
  statePlaces: {
    kinds: {
      text: 'thought-signature',
      reasoning: 'thought-signature',
      'tool-call': 'thought-signature',
      media: 'thought-signature',
    },
    // Its documents ask for signatures back, not for the thoughts; some clients strip those.
    keepsThoughts: false,
    fields: ['thoughtSignature'],
  },
  passage: geminiPassage,
  media: { image: 'address', audio: 'address', file: 'address', video: 'address' },
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
  tokenCounting,
};
