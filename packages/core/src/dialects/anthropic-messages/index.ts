import type { Dialect } from '../dialect.ts';
import { clientWords } from './client-words.ts';
import { tokenCounting } from './count-tokens.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeRequest } from './encode-request.ts';
import { anthropicPassage } from './passage.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { DIALECT } from './rest.ts';
import { toolName } from './shared-tools.ts';
import { createStreamDecoder } from './stream.ts';
import { createStreamEncoder } from './stream-encoder.ts';
import { leftOut } from './thought-binding.ts';

export { tokenCounting as anthropicTokenCounting } from './count-tokens.ts';
export {
  anthropicErrorBody,
  decodeAnthropicError,
  encodeAnthropicError,
} from './errors.ts';

/** Anthropic's Messages API, both ways. */
export const anthropicMessages: Dialect = {
  id: DIALECT,
  clientWords,
  statePlaces: {
    kinds: { reasoning: 'signature' },
    keepsThoughts: true,
    fields: ['signature', 'data'],
  },
  passage: anthropicPassage,
  media: { image: 'address', file: 'address' },
  decodeRequest,
  encodeRequest,
  decodeReply,
  encodeReply,
  createStreamDecoder,
  createStreamEncoder,
  leftOut,
  serverToolName: toolName,
  tokenCounting,
};
