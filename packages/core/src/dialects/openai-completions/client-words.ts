import type { ClientWords } from '../client-words.ts';

/** What clients of legacy completions call it: all that is said to a model is said by a prompt. */
export const clientWords: ClientWords = {
  settings: {
    maxOutputTokens: 'max_tokens',
    topP: 'top_p',
    frequencyPenalty: 'frequency_penalty',
    presencePenalty: 'presence_penalty',
    stopSequences: 'stop',
    'logprobs.top': 'logprobs',
    logitBias: 'logit_bias',
    endUser: 'user',
  },
  fields: {},
  toolFields: {},
  places: () => [{ path: 'prompt', parts: ['prompt'] }],
  tools: () => [],
};
