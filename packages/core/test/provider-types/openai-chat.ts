import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';

/** Look-alikes write images too, which OpenAI's own models don't on this wire. */
export type Body = Omit<ChatCompletionCreateParams, 'modalities'> & {
  readonly modalities?: readonly ('text' | 'audio' | 'image')[] | null;
};
