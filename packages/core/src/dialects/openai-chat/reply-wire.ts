import * as z from 'zod';

/**
 * Replies and chunks as providers send them: what is missing, null or of a wrong type in a field
 * that we can do without is taken as absent; only the shape that carries everything is insisted on.
 */

const Text = z.string().nullish().catch(undefined);
const Index = z.int().nonnegative().nullish().catch(undefined);

const Logprob = z.looseObject({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.number()).nullish().catch(undefined),
});
export type WireLogprob = z.infer<typeof Logprob>;
const TokenLogprob = Logprob.extend({
  top_logprobs: z.array(Logprob).nullish().catch(undefined),
});
export type WireTokenLogprob = z.infer<typeof TokenLogprob>;

const Logprobs = z
  .looseObject({ content: z.array(TokenLogprob).nullish().catch(undefined) })
  .nullish()
  .catch(undefined);

const FunctionPayload = z
  .looseObject({ name: Text, arguments: z.unknown().optional() })
  .nullish()
  .catch(undefined);

/** Mistral writes `null` as text where it has no id. */
const CallId = Text.transform((id) => (id === 'null' ? undefined : id)).optional();

const ToolCall = z.looseObject({
  index: Index,
  id: CallId,
  type: Text,
  function: FunctionPayload,
  custom: z.looseObject({ name: Text, input: Text }).nullish().catch(undefined),
});
export type WireToolCall = z.infer<typeof ToolCall>;

const ContentPart = z.looseObject({
  type: Text,
  text: Text,
  refusal: Text,
  thinking: z
    .union([z.string(), z.array(z.looseObject({ text: Text }))])
    .nullish()
    .catch(undefined),
});
export type WireReplyPart = z.infer<typeof ContentPart>;

const ReasoningDetail = z.looseObject({ type: Text, text: Text, summary: Text });

const Annotation = z.looseObject({
  type: Text,
  url_citation: z
    .looseObject({ start_index: Index, end_index: Index, url: Text, title: Text })
    .nullish()
    .catch(undefined),
});
export type WireAnnotation = z.infer<typeof Annotation>;

/** A message of a whole reply, and a delta of a stream: the same fields, all of them optional. */
const Payload = z.looseObject({
  content: z
    .union([z.string(), z.array(ContentPart)])
    .nullish()
    .catch(undefined),
  reasoning_content: Text,
  reasoning: Text,
  reasoning_details: z.array(ReasoningDetail).nullish().catch(undefined),
  refusal: Text,
  audio: z.looseObject({ id: Text, data: Text, transcript: Text }).nullish().catch(undefined),
  images: z
    .array(z.looseObject({ image_url: z.looseObject({ url: z.string() }) }))
    .nullish()
    .catch(undefined),
  annotations: z.array(Annotation).nullish().catch(undefined),
  tool_calls: z.array(ToolCall).nullish().catch(undefined),
  function_call: FunctionPayload,
});
export type WirePayload = z.infer<typeof Payload>;

const ENVELOPE = {
  id: Text,
  model: Text,
  created: z.number().nullish().catch(undefined),
  service_tier: Text,
};

export const WireReply = z.looseObject({
  ...ENVELOPE,
  choices: z.array(
    z.looseObject({
      index: Index,
      message: Payload,
      finish_reason: Text,
      logprobs: Logprobs,
    }),
  ),
});
export type WireReply = z.infer<typeof WireReply>;

/** Where search engines say what their answer rests on: addresses, or results with a title. */
const Source = z.union([
  z.string().transform((url): { url: string; title?: string | null | undefined } => ({ url })),
  z.looseObject({ url: z.string(), title: Text }),
]);
export type WireSource = z.infer<typeof Source>;
const Sources = z.array(Source).nullish().catch(undefined);

export const WireChunk = z.looseObject({
  ...ENVELOPE,
  search_results: Sources,
  citations: Sources,
  choices: z
    .array(
      z.looseObject({
        index: Index,
        delta: Payload.nullish(),
        /** Some look-alikes send the last choice whole. */
        message: Payload.nullish(),
        finish_reason: Text,
        logprobs: Logprobs,
      }),
    )
    .nullish(),
});
export type WireChunk = z.infer<typeof WireChunk>;
