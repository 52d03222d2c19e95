import { NO_STATE } from '../../state/state-places.ts';
import type { FaceCodec } from '../dialect.ts';
import type { Passage } from '../passage.ts';
import { clientWords } from './client-words.ts';
import { openAiCompletionsPassage } from './passage.ts';
import { encodeReply } from './reply.ts';
import { DIALECT, decodeRequest } from './request.ts';
import { createStreamEncoder } from './stream-encoder.ts';

/** OpenAI's legacy text completions: passed on, or answered by a model that takes messages. */
export const openAiCompletions: FaceCodec & { readonly passage: Passage } = {
  id: DIALECT,
  clientWords,
  statePlaces: NO_STATE,
  passage: openAiCompletionsPassage,
  decodeRequest,
  encodeReply,
  createStreamEncoder,
};
