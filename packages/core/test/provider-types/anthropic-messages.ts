import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/beta/messages/messages';

/** By the API's version 2023-06-01, whose settings of sampling later clients no longer know. */
interface Sampling {
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
}

export type Body = MessageCreateParams & Sampling;
