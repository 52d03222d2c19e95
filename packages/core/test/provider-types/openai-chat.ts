import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';

/** As routers of models want their thoughts back (openrouter.ai/docs, "Reasoning tokens"). */
type AssistantMessage = ChatCompletionAssistantMessageParam & {
  readonly reasoning_details?: readonly object[];
};

/** Look-alikes write images too, which OpenAI's own models don't on this wire. */
export type Body = Omit<ChatCompletionCreateParams, 'modalities' | 'messages'> & {
  readonly modalities?: readonly ('text' | 'audio' | 'image')[] | null;
  readonly messages: readonly (
    | AssistantMessage
    | Exclude<ChatCompletionMessageParam, ChatCompletionAssistantMessageParam>
  )[];
};
