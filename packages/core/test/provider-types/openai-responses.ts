import type {
  ResponseCreateParams,
  ResponseInputItem,
  ResponseOutputMessage,
} from 'openai/resources/responses/responses';

/** A model's own message as clients without a stored conversation send it: it has no id to name. */
type SaidBefore = Pick<ResponseOutputMessage, 'role' | 'content' | 'phase'>;

export type Body = Omit<ResponseCreateParams, 'input'> & {
  readonly input?: string | readonly (ResponseInputItem | SaidBefore)[];
};
