import * as z from 'zod';

/** Replies as providers send them. Tolerant: only what we use is named, and what breaks its shape is
 * as good as absent. */

/** A count that is no count is as good as absent. */
const Count = z.number().nonnegative().transform(Math.round).nullish().catch(undefined);
const Tokens = z
  .looseObject({ input_tokens: Count, output_tokens: Count })
  .nullish()
  .catch(undefined);

export const WireUsage = z.looseObject({
  tokens: Tokens,
  billed_units: Tokens,
  cached_tokens: Count,
});
export type WireUsage = z.infer<typeof WireUsage>;

const Usage = WireUsage.nullish().catch(undefined);
const Text = z.string().nullish().catch(undefined);
const Bag = z.looseObject({});

export const WireLogprob = z.looseObject({
  text: z.string(),
  logprobs: z.array(z.number()).min(1),
});

export const WireCitation = z.looseObject({
  start: z.int().nonnegative().nullish().catch(undefined),
  end: z.int().nonnegative().nullish().catch(undefined),
  text: Text,
  content_index: z.int().nonnegative().nullish().catch(undefined),
  type: Text,
  sources: z
    .array(z.looseObject({ id: Text, document: Bag.nullish().catch(undefined) }))
    .nullish()
    .catch(undefined),
});
export type WireCitation = z.infer<typeof WireCitation>;

/** A whole call, or a piece of one. */
export const WireReplyCall = z.looseObject({
  id: Text,
  function: z
    .looseObject({ name: Text, arguments: z.unknown().optional() })
    .nullish()
    .catch(undefined),
});
export type WireReplyCall = z.infer<typeof WireReplyCall>;

export const WireReply = z.looseObject({
  id: Text,
  message: z.looseObject({
    content: z
      .union([z.string(), z.array(z.unknown())])
      .nullish()
      .catch(undefined),
    tool_plan: Text,
    tool_calls: z.array(WireReplyCall).nullish().catch(undefined),
    citations: z.array(z.unknown()).nullish().catch(undefined),
  }),
  finish_reason: Text,
  usage: Usage,
  logprobs: z.array(z.unknown()).nullish().catch(undefined),
});
export type WireReply = z.infer<typeof WireReply>;

/** Any event of a stream. */
export const WireEvent = z.looseObject({
  type: z.string(),
  id: Text,
  index: z.number().nullish().catch(undefined),
  delta: z
    .looseObject({
      message: z
        .looseObject({
          content: Bag.nullish().catch(undefined),
          tool_plan: Text,
          tool_calls: WireReplyCall.nullish().catch(undefined),
          citations: z.unknown().optional(),
        })
        .nullish()
        .catch(undefined),
      finish_reason: Text,
      usage: Usage,
      error: Text,
    })
    .nullish()
    .catch(undefined),
  logprobs: z.unknown().optional(),
  finish_reason: Text,
  usage: Usage,
});
export type WireEvent = z.infer<typeof WireEvent>;
