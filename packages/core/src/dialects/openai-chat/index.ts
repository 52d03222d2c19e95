import type { Dialect } from '../dialect.ts';
import { clientWords } from './client-words.ts';
import { passage } from './passage.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { decodeRequest, encodeRequest } from './request.ts';
import { createStreamDecoder, createStreamEncoder } from './stream.ts';

/** OpenAI's Chat Completions, and what its look-alikes make of it. */
export const openAiChat: Dialect = {
  id: 'openai-chat',
  clientWords,
  // Clients have no place for it that most of them give back; some providers send it all the same.
  statePlaces: { kinds: {}, isMade: true, keepsThoughts: false, fields: ['signature', 'data'] },
  passage,
  media: { image: 'address', audio: 'bytes', file: 'bytes' },
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
};
