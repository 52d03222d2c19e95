import * as z from 'zod';

/** Replies as providers send them. Tolerant: only what we use is named. */

/** A count that is no count is as good as absent. */
const Count = z.int().nonnegative().nullish().catch(undefined);

export const WireUsage = z.looseObject({
  inputTokens: Count,
  outputTokens: Count,
  cacheReadInputTokens: Count,
  cacheWriteInputTokens: Count,
  cacheDetails: z
    .array(z.looseObject({ ttl: z.string(), inputTokens: Count }))
    .nullish()
    .catch(undefined),
});
export type WireUsage = z.infer<typeof WireUsage>;

export const WireReply = z.looseObject({
  output: z.looseObject({ message: z.looseObject({ content: z.array(z.unknown()) }) }),
  stopReason: z.string().nullish().catch(undefined),
  usage: WireUsage.nullish().catch(undefined),
});

const Text = z.string().nullish().catch(undefined);
const Bag = z.looseObject({}).nullish().catch(undefined);

/** The payload of any event; the event's name says which of these fields it has. */
export const WirePayload = z.looseObject({
  contentBlockIndex: z.int().nonnegative().catch(0).optional(),
  start: Bag,
  delta: z
    .looseObject({
      text: Text,
      toolUse: z.looseObject({ input: z.unknown().optional() }).nullish().catch(undefined),
      toolResult: z.array(z.unknown()).nullish().catch(undefined),
      reasoningContent: z
        .looseObject({ text: Text, signature: Text, redactedContent: Text })
        .nullish()
        .catch(undefined),
      citation: z.unknown().optional(),
      image: z
        .looseObject({ source: z.looseObject({ bytes: Text }).nullish().catch(undefined) })
        .nullish()
        .catch(undefined),
    })
    .nullish()
    .catch(undefined),
  stopReason: Text,
  usage: WireUsage.nullish().catch(undefined),
  message: Text,
});
export type WirePayload = z.infer<typeof WirePayload>;
