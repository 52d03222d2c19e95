import * as z from 'zod';

/**
 * Replies and events as providers send them: what is missing, null or of a wrong type in a field
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
const Logprobs = z.array(TokenLogprob).nullish().catch(undefined);

/** Of a citation only what all kinds of it may have; the whole object is kept beside. */
export const WireAnnotation = z.looseObject({
  type: Text,
  url: Text,
  title: Text,
  filename: Text,
  start_index: Index,
  end_index: Index,
});
export type WireAnnotation = z.infer<typeof WireAnnotation>;

const Part = z.looseObject({
  type: z.string().catch(''),
  text: Text,
  refusal: Text,
  annotations: z.array(WireAnnotation).nullish().catch(undefined),
  logprobs: Logprobs,
});
export type WireReplyPart = z.infer<typeof Part>;

export const WireItem = z.looseObject({
  type: z.string(),
  id: Text,
  call_id: Text,
  name: Text,
  /** An object at look-alikes that don't write JSON into text. */
  arguments: z.unknown().optional(),
  content: z.array(Part).nullish().catch(undefined),
  summary: z.array(Part).nullish().catch(undefined),
  encrypted_content: Text,
});
export type WireItem = z.infer<typeof WireItem>;

export const WireResponse = z.looseObject({
  id: Text,
  model: Text,
  created_at: z.number().nullish().catch(undefined),
  status: Text,
  service_tier: Text,
  incomplete_details: z.looseObject({ reason: Text }).nullish().catch(undefined),
});
export type WireResponse = z.infer<typeof WireResponse>;

export const WireEvent = z.looseObject({
  type: z.string().catch(''),
  item_id: Text,
  output_index: Index,
  content_index: Index,
  summary_index: Index,
  item: WireItem.nullish().catch(undefined),
  part: Part.nullish().catch(undefined),
  delta: Text,
  text: Text,
  refusal: Text,
  arguments: Text,
  annotation: WireAnnotation.nullish().catch(undefined),
  logprobs: Logprobs,
});
export type WireEvent = z.infer<typeof WireEvent>;
