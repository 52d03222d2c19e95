import * as z from 'zod';

/**
 * A `GenerateContentResponse`: a whole reply, or a piece of a stream. Tolerant: only what we use is
 * named, and what breaks its shape is as good as absent.
 */

const Count = z.int().nonnegative().nullish().catch(undefined);
const Text = z.string().nullish().catch(undefined);

const ByModality = z
  .array(z.looseObject({ modality: Text, tokenCount: Count }))
  .nullish()
  .catch(undefined);

export const WireUsage = z.looseObject({
  promptTokenCount: Count,
  cachedContentTokenCount: Count,
  candidatesTokenCount: Count,
  thoughtsTokenCount: Count,
  toolUsePromptTokenCount: Count,
  totalTokenCount: Count,
  promptTokensDetails: ByModality,
  cacheTokensDetails: ByModality,
  candidatesTokensDetails: ByModality,
  serviceTier: Text,
  trafficType: Text,
});
export type WireUsage = z.infer<typeof WireUsage>;

const PartialArg = z.looseObject({
  jsonPath: z.string(),
  stringValue: Text,
  numberValue: z.number().nullish().catch(undefined),
  boolValue: z.boolean().nullish().catch(undefined),
  nullValue: z.unknown().optional(),
});
export type PartialArg = z.infer<typeof PartialArg>;

export const WireFunctionCall = z.looseObject({
  id: Text,
  name: Text,
  args: z.unknown().optional(),
  partialArgs: z.array(PartialArg).nullish().catch(undefined),
  willContinue: z.boolean().nullish().catch(undefined),
});
export type WireFunctionCall = z.infer<typeof WireFunctionCall>;

const Media = z.looseObject({ mimeType: Text, data: Text, fileUri: Text }).nullish();

export const WireReplyPart = z.looseObject({
  text: Text,
  thought: z.boolean().nullish().catch(undefined),
  thoughtSignature: Text,
  inlineData: Media.catch(undefined),
  fileData: Media.catch(undefined),
  functionCall: WireFunctionCall.nullish().catch(undefined),
});
export type WireReplyPart = z.infer<typeof WireReplyPart>;

const LogprobsCandidate = z.looseObject({ token: z.string(), logProbability: z.number() });

export const LogprobsResult = z.looseObject({
  chosenCandidates: z.array(LogprobsCandidate),
  topCandidates: z
    .array(z.looseObject({ candidates: z.array(LogprobsCandidate).nullish() }))
    .nullish()
    .catch(undefined),
});
export type LogprobsResult = z.infer<typeof LogprobsResult>;

export const WireCandidate = z.looseObject({
  index: z.int().nonnegative().nullish().catch(undefined),
  content: z
    .looseObject({ parts: z.array(z.unknown()).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
  finishReason: Text,
  logprobsResult: z.unknown().optional(),
  groundingMetadata: z.unknown().optional(),
  citationMetadata: z.unknown().optional(),
});
export type WireCandidate = z.infer<typeof WireCandidate>;

export const WireReply = z.looseObject({
  candidates: z.array(WireCandidate).nullish().catch(undefined),
  promptFeedback: z.looseObject({ blockReason: Text }).nullish().catch(undefined),
  usageMetadata: WireUsage.nullish().catch(undefined),
  modelVersion: Text,
  responseId: Text,
  createTime: Text,
});
export type WireReply = z.infer<typeof WireReply>;
