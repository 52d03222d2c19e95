import type { GatewayError } from '../chat/error.ts';

/**
 * How providers say that a conversation is longer than their model's context: OpenAI's code and its
 * look-alikes' words, Anthropic's, Gemini's, Bedrock's and Cohere's. Clients shorten it and try again,
 * but know it by their own provider's words alone.
 */
const CODE = /context_length_exceeded|exceed_context_size/;
const WORDS = [
  /\b(?:prompt|input|request|conversation) is too long\b/i,
  /\b(?:maximum|max) context length\b/i,
  /\bexceed(?:s|ed)?\b[^.]{0,40}\bcontext (?:limit|window|length|size)\b/i,
  /\binput token count\b[^.]{0,40}\bexceeds the maximum number of tokens\b/i,
  /\btoo many (?:input )?tokens\b/i,
  /\bnumber of tokens in the prompt\b[^.]{0,40}\bexceed/i,
];

/** True of a refusal for the length of what was asked, by whatever provider. */
export const exceedsContext = (error: GatewayError): boolean =>
  error.kind === 'provider_refused' &&
  error.verbatim !== true &&
  (CODE.test(error.code ?? '') || WORDS.some((words) => words.test(error.detail)));
